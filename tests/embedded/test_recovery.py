"""Recovery after kill -9, power cuts and restarts of the machine."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from tests.embedded.conftest import Joined, ask, connect, server_pid, use
from wizard import embedded


def test_a_killed_server_is_started_again_with_its_data(instance: Path) -> None:
    url = use(instance)
    with connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server_pid(instance / "postgres"), signal.SIGKILL)

        assert use(instance) == url
        assert ask(url, "SELECT answer FROM kept") == 42


def test_a_server_that_recovers_after_a_killed_session_is_waited_for(instance: Path) -> None:
    url = use(instance)
    pid = server_pid(instance / "postgres")
    session = ask(url, "SELECT pg_backend_pid()")
    with connect(url) as connection:
        session = connection.info.backend_pid
        os.kill(session, signal.SIGKILL)

        assert use(instance) == url

    assert ask(url, "SELECT 1") == 1
    assert server_pid(instance / "postgres") == pid


def test_a_pid_file_that_names_another_process_is_ignored(instance: Path) -> None:
    use(instance)
    embedded.release(instance)
    owner = (instance / "postgres").stat()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, user=owner.st_uid) as stranger:
        note = instance / "postgres/data/postmaster.pid"
        note.write_text(f"{stranger.pid}\n{instance}/postgres/data\n1\n5432\n\n\n")

        assert ask(use(instance), "SELECT 1") == 1
        assert stranger.poll() is None


def test_a_damaged_pid_file_is_ignored(instance: Path) -> None:
    use(instance)
    embedded.release(instance)
    (instance / "postgres/data/postmaster.pid").write_text("")

    assert ask(use(instance), "SELECT 1") == 1


def test_a_server_whose_socket_was_cleaned_away_is_restarted(instance: Path) -> None:
    url = use(instance)
    shutil.rmtree(url.partition("host=")[2].partition("&")[0])

    assert use(instance) == url
    assert ask(url, "SELECT 1") == 1


def test_a_killed_first_start_is_repeated(instance: Path, start: Joined) -> None:
    process = start(instance)
    while not list(instance.glob("postgres/new-*/base")):
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    assert ask(use(instance), "SELECT 1") == 1
