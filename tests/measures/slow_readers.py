"""What 200 slow readers of documents do to 20 people, with and without the limit of open documents.

`.venv/bin/python -m tests.measures slow_readers` prints, without slow readers and with them, how long pages
and health checks take. Slow readers are fifty members who each ask for four documents of 20 MB, and take one
kilobyte of each in a second. The web server is one process with 16 threads.
"""

import argparse
import http.client
import socket
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.conftest import SETTINGS, migrate
from tests.support.books import BookReader
from tests.support.cast import make_user
from tests.support.client import Browser
from tests.support.live import Wizard
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from wizard import create_app
from wizard.models import Connection, Firm, Role

PEOPLE, MEMBERS, EACH, LARGE = 20, 50, 4, "A-13"
PATIENCE, APART = 10.0, 0.2
BUFFER, SIP = 4096, 1024
WAYS = {"without a limit": "tests.measures.uncapped:app", "with the limit": "wsgi:app"}


@dataclass
class Waits:
    """How long answers took, in seconds, and how many did not come in time."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"page": [], "healthz": []})
    missed: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, seconds: float, *, answered: bool) -> None:
        """One answer, or none."""
        with self.lock:
            if answered:
                self.seconds[what].append(seconds)
            else:
                self.missed[what] += 1

    def line(self, what: str) -> str:
        """In words."""
        took = sorted(self.seconds[what])
        if not took:
            return f"{what}: none of {self.missed[what]} answered within {PATIENCE:.0f} s"
        ms = [
            1000 * one for one in (statistics.median(took), took[int(len(took) * 0.95)], took[-1])
        ]
        said = "median {:.0f} ms, 95 % {:.0f} ms, most {:.0f} ms".format(*ms)
        return f"{what}: {len(took)} answered, {self.missed[what]} not; {said}"


class Readers:
    """Open connections that ask for a document, and take a sip of each now and then."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self._open: list[socket.socket] = []
        self._over = threading.Event()

    def begin(self, address: str, cookies: list[str], url: str) -> None:
        """All of them."""
        host, port = urlsplit(url).hostname or "", urlsplit(url).port or 80
        for cookie in cookies * EACH:
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            line.connect((host, port))
            head = (
                f"GET {address} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: session={cookie}\r\n\r\n"
            )
            line.sendall(head.encode())
            line.setblocking(False)
            self._open.append(line)
        threading.Thread(target=self._sip, daemon=True).start()

    def end(self) -> None:
        """They go."""
        self._over.set()
        for line in self._open:
            line.close()

    def _sip(self) -> None:
        begun: set[socket.socket] = set()
        while not self._over.is_set():
            for line in self._open:
                try:
                    taken = line.recv(SIP)
                except OSError:
                    continue
                if taken and line not in begun:
                    begun.add(line)
                    self.statuses[taken.split()[1].decode()] += 1
            self._over.wait(1.0)


def people(url: str, cookie: str, seconds: float) -> Waits:
    """What people who look at pages, and a load balancer, wait for."""
    waits, over = Waits(), threading.Event()

    def go_on(number: int) -> None:
        what, path = ("healthz", "/healthz") if number == 0 else ("page", "/konto")
        while not over.is_set():
            began = time.perf_counter()
            try:
                answer = requests.get(
                    url + path, cookies={"session": cookie}, timeout=PATIENCE, allow_redirects=False
                )
                answered = answer.status_code == 200
            except (requests.RequestException, http.client.HTTPException):
                answered = False
            waits.note(what, time.perf_counter() - began, answered=answered)
            over.wait(APART)

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(PEOPLE + 1)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()
    return waits


@dataclass(frozen=True)
class Place:
    """A running wizard: the address of a large document, and members' cookies."""

    url: str
    document: str
    cookies: list[str]


@contextmanager
def running(server: TestServer, log: Path, application: str) -> Iterator[Place]:
    """Run it with a connected company of one firm with many members."""
    listening, url = Wizard.address()
    with StandIn.start(redirect_uris=[f"{url}/visma/callback"], threads="300") as visma:
        settings = {
            **{name: SETTINGS[name] for name in ("secret_key", "token_keys")},
            "database_url": server.create("slow"),
            **visma.settings,
        }
        app = create_app(public_url=url, log_level="ERROR", **settings)
        visma.configure(rate_limit=10**6)
        reader = BookReader.connect(app, visma)
        wizard = Wizard.start(
            listening, url, log, **settings, log_level="ERROR", application=application
        )
        requests.get(f"{url}/healthz", timeout=120)
        yield Place(url, reader.documents(LARGE)[0], list(_members(reader)))
        wizard.kill()
        listening.close()
        app.extensions["engine"].dispose()
        server.drop("slow")


def _members(reader: BookReader) -> Iterator[str]:
    """The cookies of signed-in members of the reader's firm."""
    with reader.app.extensions["sessions"]() as session:
        firm = session.get_one(Firm, session.get_one(Connection, reader.connection_id).firm_id)
        for number in range(MEMBERS):
            member = make_user(f"Mia {number}", Role.MEMBER, firm)
            member.email = f"mia{number}@example.com"
            session.add(member)
            session.commit()
            cookie = Browser.open(reader.app, member).client.get_cookie("session")
            yield str(cookie.value) if cookie else ""


def main() -> None:
    """Measure each way, and print it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measures slow_readers", description=__doc__
    )
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    with TestServer.open(migrate) as server, tempfile.TemporaryDirectory() as folder:
        for name, application in WAYS.items():
            with running(server, Path(folder) / "log", application) as place:
                people(place.url, place.cookies[0], 3.0)  # begins connections and threads
                before = people(place.url, place.cookies[0], given.seconds)
                readers = Readers()
                readers.begin(place.document, place.cookies, place.url)
                time.sleep(5.0)
                beside = people(place.url, place.cookies[0], given.seconds)
                readers.end()
            for when, waits in (
                ("nobody reads", before),
                (f"{MEMBERS * EACH} read slowly", beside),
            ):
                for what in ("page", "healthz"):
                    print(f"{name}, {when}: {waits.line(what)}")  # noqa: T201
            print(f"{name}: the readers were answered {dict(readers.statuses)}")  # noqa: T201


if __name__ == "__main__":
    main()
