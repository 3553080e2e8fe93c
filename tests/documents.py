"""What opening documents costs: `python -m tests.documents` prints memory and the time to the first byte.

Fifty readers hold a document of 20 MB open at once through one real server process, and its memory
is read while all of it flows. Then documents are opened one at a time, each beside the same questions
put to the stand-in directly, which answers after 50 ms; only the ratio of the two means anything.
"""

import hashlib
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from threading import Barrier, Thread
from urllib.parse import urlsplit

import requests

from tests.books import Shelf
from tests.cast import PASSWORD
from tests.conftest import SETTINGS, migrate
from tests.live import Wizard
from tests.postgres import TestServer
from tests.standin import StandIn
from wizard import create_app

AT_ONCE, ROUNDS, LATENCY_MS = 50, 60, 50
TIMEOUT = 120
PIECE = 64 * 1024
LINK = re.compile(r'class="paper" href="([^"#]+)')
MOST_RATIO, MOST_GROWTH = 1.1, 64 * 1024 * 1024
MEGABYTE = 1024 * 1024


@dataclass
class Place:
    """A running wizard with a connected company, and somebody signed in."""

    shelf: Shelf
    wizard: Wizard
    cookies: requests.cookies.RequestsCookieJar

    def reader(self) -> requests.Session:
        """A browser of hers."""
        session = requests.Session()
        session.trust_env = False
        session.cookies.update(self.cookies)
        return session

    def url(self, label: str) -> str:
        """The link to the first document on the page of a voucher."""
        page = self.reader().get(self.wizard.url + self.shelf.address(label), timeout=TIMEOUT).text
        return self.wizard.url + unescape(LINK.findall(page)[0])


def memory(root: int) -> int:
    """Bytes that the server and its workers hold, each its own; what they share is counted once."""
    return sum(_own_bytes(process) for process in _family(root))


def _family(root: int) -> list[int]:
    children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    return [root, *(one for child in children for one in _family(int(child)))]


def _own_bytes(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    held = next(line for line in lines if line.startswith("Pss:"))
    return int(held.split()[1]) * 1024


def flood(place: Place, url: str, readers: int) -> tuple[int, int, set[str]]:
    """So many readers at once: memory before and at its peak, and the digests of what they got."""
    opened = Barrier(readers + 1)
    before = memory(place.wizard.process.pid)
    peak, done = before, False

    def read() -> str:
        digest = hashlib.sha256()
        with place.reader().get(url, stream=True, timeout=TIMEOUT) as answer:
            answer.raise_for_status()
            opened.wait()
            for piece in answer.iter_content(PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def watch() -> None:
        nonlocal peak
        while not done:
            peak = max(peak, memory(place.wizard.process.pid))

    watching = Thread(target=watch)
    with ThreadPoolExecutor(readers) as threads:
        reading = [threads.submit(read) for _ in range(readers)]
        opened.wait(TIMEOUT)  # all of them have the first byte, and none the last
        watching.start()
        digests = {one.result() for one in reading}
    done = True
    watching.join()
    return before, peak, digests


def first_byte(fetch: Callable[[], requests.Response]) -> float:
    """Seconds until the first byte of a body."""
    began = time.perf_counter()
    with fetch() as answer:
        answer.raise_for_status()
        next(answer.iter_content(1))
        return time.perf_counter() - began


def race(place: Place, label: str) -> tuple[float, float]:
    """The middle time to the first byte of a document: through us, and from the stand-in directly."""
    url, ours, theirs = place.url(label), place.reader(), requests.Session()
    theirs.trust_env = False
    attachment = f"{place.shelf.visma.url}/v2/attachments/{urlsplit(url).path.rpartition('/')[2]}"
    bearer = {"Authorization": f"Bearer {place.shelf.token}"}

    def direct() -> requests.Response:
        found = theirs.get(attachment, headers=bearer, timeout=TIMEOUT).json()
        return requests.get(found["TemporaryUrl"], stream=True, timeout=TIMEOUT)

    def through() -> requests.Response:
        return ours.get(url, stream=True, timeout=TIMEOUT)

    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        times[0].append(first_byte(through))
        times[1].append(first_byte(direct))
    return statistics.median(times[0]), statistics.median(times[1])


@contextmanager
def running(server: TestServer, log: Path) -> Iterator[Place]:
    """The wizard with threads for all readers, and the stand-in with more."""
    listening, url = Wizard.address()
    with StandIn.start(redirect_uris=[f"{url}/visma/callback"], threads="128") as visma:
        settings = {
            **{name: SETTINGS[name] for name in ("secret_key", "token_keys")},
            "database_url": server.create("documents"),
            **visma.settings,
        }
        app = create_app(public_url=url, log_level="ERROR", **settings)
        wizard = Wizard.start(listening, url, log, threads=str(AT_ONCE + 14), **settings)
        shelf = Shelf.connect(app, visma)
        visma.configure(api_latency_ms=LATENCY_MS, file_latency_ms=LATENCY_MS, rate_limit=10**6)
        yield Place(shelf, wizard, _sign_in(url, shelf))
        wizard.stop()
        app.extensions["engine"].dispose()
        server.drop("documents")


def _sign_in(url: str, shelf: Shelf) -> requests.cookies.RequestsCookieJar:
    session = requests.Session()
    page = session.get(f"{url}/logga-in", timeout=TIMEOUT).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "email": shelf.owner.email, "password": PASSWORD}
    session.post(f"{url}/logga-in", data=form, timeout=TIMEOUT)
    return session.cookies


def main() -> int:
    """Print the figures; 1 when one is not kept to."""
    write = sys.stdout.write
    with (
        tempfile.TemporaryDirectory() as folder,
        TestServer.open(migrate) as server,
        running(server, Path(folder) / "log") as place,
    ):
        flood(place, place.url("A-2"), AT_ONCE)  # threads and connections are made once
        large = place.url("A-13")
        before, peak, digests = flood(place, large, AT_ONCE)
        growth = peak - before
        write(f"{AT_ONCE} readers of 20 MB at once, {len(digests)} kind of bytes received\n")
        write(f"memory before {before / MEGABYTE:6.1f} MB, at most {peak / MEGABYTE:6.1f} MB")
        write(f": {growth / MEGABYTE:.1f} MB more, goal {MOST_GROWTH / MEGABYTE:.0f}\n")
        race(place, "A-5")
        ours, direct = race(place, "A-5")
        write(f"first byte {ours * 1000:.1f} ms, directly {direct * 1000:.1f} ms")
        write(f": {ours / direct:.3f}, goal {MOST_RATIO}\n")
    kept = ours / direct <= MOST_RATIO and growth <= MOST_GROWTH and len(digests) == 1
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
