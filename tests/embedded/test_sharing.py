"""Concurrent processes share one server, and the last one stops it."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.embedded.conftest import Joined, ask, connect, says, server_pid, use
from wizard import embedded

# A process that uses the server and forks; separate, since pytest's process may have threads.
FORK = """
import os, pathlib, socket, sys
from wizard import embedded
instance = pathlib.Path(sys.argv[1])
url = embedded.use(instance, {"fsync": "off"})
mine, theirs = socket.socketpair()
tell = lambda: theirs.send(b"!")
hear = lambda: mine.recv(1)
let_go = lambda: mine.send(b"!")
stay = lambda: theirs.recv(1)
folder = url.partition("host=")[2].partition("&")[0]
answers = lambda: socket.socket(socket.AF_UNIX).connect_ex(f"{folder}/.s.PGSQL.5432") == 0
child = os.fork()
wait = lambda: os.waitpid(child, 0)
if child == 0:
    exec(sys.argv[2])
    os._exit(0)
exec(sys.argv[3])
"""


def fork(instance: Path, child: str, parent: str) -> str:
    """Run code in a child and its parent; returns the parent's output."""
    command = [sys.executable, "-c", FORK, str(instance), child, parent]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return answer.stdout.strip()


def test_processes_that_start_at_once_share_one_server(instance: Path, start: Joined) -> None:
    processes = [start(instance) for _ in range(4)]

    urls = {says(process) for process in processes}

    assert len(urls) == 1
    assert ask(urls.pop(), "SELECT 1") == 1


def test_the_last_process_stops_the_server(instance: Path, start: Joined) -> None:
    first = start(instance)
    url = says(first)
    assert use(instance) == url

    first.communicate()
    assert ask(url, "SELECT 1") == 1

    assert embedded.release(instance)
    with pytest.raises(psycopg.OperationalError):
        connect(url)
    assert not Path(url.partition("host=")[2].partition("&")[0]).exists()


def test_a_process_that_ends_as_the_only_user_stops_the_server(
    instance: Path, start: Joined
) -> None:
    alone = start(instance)
    url = says(alone)

    alone.communicate()

    with pytest.raises(psycopg.OperationalError):
        connect(url)


def test_a_server_in_use_is_not_removed(instance: Path, start: Joined) -> None:
    url = says(start(instance))

    assert not embedded.remove(instance)
    assert ask(url, "SELECT 1") == 1


def test_a_killed_process_leaves_a_server_that_others_can_use_and_stop(
    instance: Path, start: Joined
) -> None:
    killed = start(instance)
    url = says(killed)
    killed.kill()
    killed.wait()

    assert use(instance) == url
    assert embedded.release(instance)


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(instance: Path, start: Joined) -> None:
    starter = start(instance)
    url = says(starter)
    use(instance)

    os.killpg(starter.pid, signal.SIGINT)
    starter.wait()

    assert ask(url, "SELECT 1") == 1


def test_a_forked_child_leaves_the_server_alone(instance: Path) -> None:
    said = fork(
        instance,
        child="embedded.release(instance)",
        parent="wait(); print(answers(), embedded.release(instance))",
    )

    assert said == "True True"


def test_a_forked_child_that_lives_on_keeps_the_server(instance: Path) -> None:
    said = fork(
        instance,
        child="stay()",
        parent="print(embedded.release(instance), answers()); let_go(); wait()",
    )

    assert said == "False True"


def test_a_forked_child_that_inherits_stops_the_server_when_it_is_the_last(instance: Path) -> None:
    said = fork(
        instance,
        child="embedded.inherit(instance); tell(); stay(); embedded.release(instance)",
        parent="hear(); print(embedded.release(instance)); let_go(); wait(); print(answers())",
    )

    assert said == "False\nFalse"


def test_a_copied_folder_is_a_server_of_its_own(instance: Path) -> None:
    original = use(instance)
    with connect(original) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = server_pid(instance / "postgres")
    embedded.release(instance)
    copy = instance.with_name("kopia")
    shutil.copytree(instance, copy)
    if os.geteuid() == 0:
        owner = (instance / "postgres").stat()
        for path in [copy / "postgres", *(copy / "postgres").rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)

    with connect(use(copy)) as connection:
        connection.execute("UPDATE kept SET answer = 43")

    assert use(instance) == original
    assert ask(original, "SELECT answer FROM kept") == 42
    assert pid != server_pid(copy / "postgres")
