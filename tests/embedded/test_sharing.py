"""Processes beside each other: one server, stopped by the last one out."""

import os
import shutil
import signal
from pathlib import Path

import psycopg
import pytest

from tests.embedded.conftest import Joined, ask, connect, says, server_pid, use
from wizard import embedded


def test_processes_that_start_at_once_share_one_server(instance: Path, start: Joined) -> None:
    processes = [start(instance) for _ in range(4)]

    urls = {says(process) for process in processes}

    assert len(urls) == 1
    assert ask(urls.pop(), "SELECT 1") == 1


def test_the_last_one_out_stops_the_server(instance: Path, start: Joined) -> None:
    first = start(instance)
    url = says(first)
    assert use(instance) == url

    first.communicate()
    assert ask(url, "SELECT 1") == 1

    assert embedded.release(instance)
    with pytest.raises(psycopg.OperationalError):
        connect(url)
    assert not Path(url.partition("host=")[2].partition("&")[0]).exists()


def test_a_process_that_ends_stops_the_server_it_was_alone_with(
    instance: Path, start: Joined
) -> None:
    alone = start(instance)
    url = says(alone)

    alone.communicate()

    with pytest.raises(psycopg.OperationalError):
        connect(url)


def test_nobody_removes_a_server_that_another_uses(instance: Path, start: Joined) -> None:
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
    url = use(instance)

    child = os.fork()
    if child == 0:
        embedded.release(instance)
        os._exit(0)
    os.waitpid(child, 0)

    assert ask(url, "SELECT 1") == 1
    assert embedded.release(instance)


def test_a_forked_child_that_lives_on_keeps_the_server(instance: Path) -> None:
    url = use(instance)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        os.read(reading, 1)
        os._exit(0)

    assert not embedded.release(instance)
    assert ask(url, "SELECT 1") == 1

    os.close(writing)
    os.waitpid(child, 0)
    os.close(reading)


def test_a_forked_child_that_inherits_stops_the_server_when_it_is_the_last(instance: Path) -> None:
    url = use(instance)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writing)
        embedded.inherit(instance)
        os.read(reading, 1)
        os._exit(0 if embedded.release(instance) else 1)

    assert not embedded.release(instance)
    assert ask(url, "SELECT 1") == 1

    os.close(writing)
    assert os.waitpid(child, 0)[1] == 0
    os.close(reading)
    with pytest.raises(psycopg.OperationalError):
        connect(url)


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
