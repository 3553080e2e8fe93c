"""Reloads the web server under load, with and without --reuse-port, and counts who got no answer.

`.venv/bin/python -m tests.measures reload --reloads 10`. The load opens a connection for each request, as
a proxy without keep-alive does, and keeps connections open, as browsers do, half of each.
"""

import argparse
import signal
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import requests

from tests.conftest import migrate
from tests.support.ports import free_port
from tests.support.postgres import TestServer
from tests.support.programs import program

OPTIONS = "--worker-class gthread --workers 3 --threads 16 --no-control-socket"
PAGE, PEOPLE, APART, PATIENCE = "/hjalp", 16, 0.05, 60.0
WAYS = {"without --reuse-port": (), "with --reuse-port": ("--reuse-port",)}


def run(database_url: str, way: tuple[str, ...], reloads: int, log: Path) -> Counter[str]:
    """What came of the requests of people who go on while the server is reloaded."""
    port, found, over = free_port(), Counter[str](), threading.Event()
    url = f"http://127.0.0.1:{port}"
    words = ["gunicorn", *OPTIONS.split(), *way, "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    with program(words, log, database_url=database_url, public_url=url, log_level="ERROR") as web:
        _wait_for(url)
        people = [
            threading.Thread(target=_go_on, args=(url, number % 2 == 0, found, over))
            for number in range(PEOPLE)
        ]
        for person in people:
            person.start()
        for _ in range(reloads):
            time.sleep(4)
            web.send_signal(signal.SIGHUP)
        time.sleep(6)
        over.set()
        for person in people:
            person.join()
    return found


def _go_on(url: str, keeps: bool, found: Counter[str], over: threading.Event) -> None:
    browser = requests.Session()
    while not over.is_set():
        try:
            get = browser.get if keeps else requests.get
            found[str(get(url + PAGE, timeout=PATIENCE).status_code)] += 1
        except requests.RequestException as error:
            found[f"{type(error).__name__}, {'kept' if keeps else 'new'} connection"] += 1
        over.wait(APART)


def _wait_for(url: str) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            if requests.get(f"{url}/healthz", timeout=PATIENCE).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)


def main() -> None:
    """Measure both by turns, and print them."""
    parser = argparse.ArgumentParser(prog="python -m tests.measures reload", description=__doc__)
    parser.add_argument("--reloads", type=int, default=10)
    given = parser.parse_args()
    with TestServer.open(migrate) as server, tempfile.TemporaryDirectory() as folder:
        url = server.create("reload")
        for name, way in WAYS.items():
            found = run(url, way, given.reloads, Path(folder) / "log")
            print(f"{name}, {given.reloads} reloads: {dict(found)}")  # noqa: T201
        server.drop("reload")


if __name__ == "__main__":
    main()
