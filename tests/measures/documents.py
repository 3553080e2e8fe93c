"""The cost of opening documents: `python -m tests.measures.documents` prints memory and time to first byte.

Fifty readers download a document of 20 MB at once through one real server process, while its memory is
measured. Then documents are opened one at a time, and compared with the same calls directly to the
stand-in, which answers after 50 ms; only the ratio is meaningful.
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

from tests.conftest import SETTINGS, migrate
from tests.support.books import BookReader
from tests.support.cast import PASSWORD
from tests.support.live import Wizard
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from wizard import create_app

AT_ONCE, ROUNDS, LATENCY_MS = 50, 60, 50
TIMEOUT = 120
PIECE = 64 * 1024
LINK = re.compile(r'class="document" href="([^"#]+)')
MOST_RATIO, MOST_GROWTH = 1.1, 64 * 1024 * 1024
MEGABYTE = 1024 * 1024


@dataclass
class Place:
    """A running wizard with a connected company, and a signed-in member."""

    book_reader: BookReader
    wizard: Wizard
    cookies: requests.cookies.RequestsCookieJar

    def reader(self) -> requests.Session:
        """A browser of the member."""
        session = requests.Session()
        session.trust_env = False
        session.cookies.update(self.cookies)
        return session

    def url(self, label: str) -> str:
        """The URL of the first document on a voucher's page."""
        page = (
            self.reader()
            .get(self.wizard.url + self.book_reader.address(label), timeout=TIMEOUT)
            .text
        )
        return self.wizard.url + unescape(LINK.findall(page)[0])


def memory(root: int) -> int:
    """The memory of the server and its workers in bytes; shared pages count once."""
    return sum(_own_bytes(process) for process in _family(root))


def _family(root: int) -> list[int]:
    children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    return [root, *(one for child in children for one in _family(int(child)))]


def _own_bytes(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    held = next(line for line in lines if line.startswith("Pss:"))
    return int(held.split()[1]) * 1024


def flood(place: Place, url: str, readers: int) -> tuple[int, int, set[str]]:
    """Download with concurrent readers; returns memory before, peak memory, and digests of the content."""
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
        opened.wait(TIMEOUT)  # all have the first byte, and none the last
        watching.start()
        digests = {one.result() for one in reading}
    done = True
    watching.join()
    return before, peak, digests


def first_byte(fetch: Callable[[], requests.Response]) -> float:
    """Seconds to the first byte of a body."""
    began = time.perf_counter()
    with fetch() as answer:
        answer.raise_for_status()
        next(answer.iter_content(1))
        return time.perf_counter() - began


def race(place: Place, label: str) -> tuple[float, float]:
    """The median time to the first byte of a document: through us, and directly from the stand-in."""
    url, ours, theirs = place.url(label), place.reader(), requests.Session()
    theirs.trust_env = False
    attachment = (
        f"{place.book_reader.visma.url}/v2/attachments/{urlsplit(url).path.rpartition('/')[2]}"
    )
    bearer = {"Authorization": f"Bearer {place.book_reader.token}"}

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
    """Run the wizard with four threads for each reader, since one may use a quarter of them for documents."""
    listening, url = Wizard.address()
    with StandIn.start(redirect_uris=[f"{url}/visma/callback"], threads="128") as visma:
        settings = {
            **{name: SETTINGS[name] for name in ("secret_key", "token_keys")},
            "database_url": server.create("documents"),
            **visma.settings,
        }
        app = create_app(public_url=url, log_level="ERROR", **settings)
        wizard = Wizard.start(listening, url, log, threads=str(4 * AT_ONCE), **settings)
        reader = BookReader.connect(app, visma)
        visma.configure(api_latency_ms=LATENCY_MS, file_latency_ms=LATENCY_MS, rate_limit=10**6)
        yield Place(reader, wizard, _sign_in(url, reader))
        wizard.stop()
        app.extensions["engine"].dispose()
        server.drop("documents")


def _sign_in(url: str, reader: BookReader) -> requests.cookies.RequestsCookieJar:
    session = requests.Session()
    page = session.get(f"{url}/logga-in", timeout=TIMEOUT).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "email": reader.owner.email, "password": PASSWORD}
    session.post(f"{url}/logga-in", data=form, timeout=TIMEOUT)
    return session.cookies


def main() -> int:
    """Print the figures; returns 1 if one exceeds its limit."""
    write = sys.stdout.write
    with (
        tempfile.TemporaryDirectory() as folder,
        TestServer.open(migrate) as server,
        running(server, Path(folder) / "log") as place,
    ):
        flood(
            place, place.url("A-2"), AT_ONCE
        )  # creates threads and connections before the measurement
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
