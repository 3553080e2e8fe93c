"""Fixtures: an instance folder, and processes that use the embedded server."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import FAST
from wizard import embedded

# Joins the server, prints the URL, and runs until its standard input closes.
# Handles Ctrl-C as in a terminal, also if the tests run in the background, where it is ignored.
JOIN = """
import pathlib, signal, sys
from wizard import embedded
signal.signal(signal.SIGINT, signal.default_int_handler)
print(embedded.use(pathlib.Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""

Joined = Callable[[Path], subprocess.Popen[str]]


@pytest.fixture
def instance() -> Iterator[Path]:
    """An instance folder that the server's account can access, with an awkward path."""
    top = Path(tempfile.mkdtemp(prefix="Räksmörgås på fat "))
    top.chmod(0o755)
    yield top / "instance"
    for folder in top.iterdir():
        assert embedded.remove(folder)
    shutil.rmtree(top)


@pytest.fixture
def start() -> Iterator[Joined]:
    """Starts processes that use the server."""
    started: list[subprocess.Popen[str]] = []

    def start_one(instance: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", JOIN, str(instance)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


def use(instance: Path) -> str:
    """Use the server without fsync; returns its URL."""
    return embedded.use(instance, FAST)


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def ask(url: str, query: str) -> object:
    """The first value of the query's result."""
    with connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row[0]


def says(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def server_pid(home: Path) -> int:
    return int((home / "data/postmaster.pid").read_text().partition("\n")[0])
