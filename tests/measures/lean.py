"""What a process takes to load, and what a web worker has in memory after 2,000 pages.

`.venv/bin/python -m tests.measures lean` prints the processor time of `import wizard` as the median of
several processes, and the memory of the one worker of a production server: before the first page, after
2,000 by eight readers at once. Byte code is kept and templates are compiled, as in the image, and a library of
development's that would be used is hidden.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from itertools import cycle, islice
from pathlib import Path

import requests
from flask import Flask

from tests.conftest import SETTINGS, migrate
from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.live import Wizard
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from tests.support.transactions import guard
from tests.support.traveller import Traveller, address, invite
from wizard import create_app
from wizard.config import ROOT
from wizard.models import User

SECONDS, MEGABYTES = 0.8, 100  # the goals
READERS, TIMEOUT = 8, 60
LOAD = "import time, wizard; print(time.process_time())"
PUBLIC = ("/", "/hjalp", "/hjalp?q=popup", "/uppgifter", "/tillganglighet", "/logga-in")
STEPS = ("valkommen", "behorighet", "bokforing", "foretag", "ge-behorighet")
MEMBERS = ("/foretag", "/foretag/att-gora", "/konto", "/foretag/{company}")
ADMINS = ("/admin", "/admin/kopplingar", "/anvandare", "/granskning")


@dataclass(frozen=True)
class Memory:
    """Of a process, in megabytes: all that is resident, and what no other process shares."""

    resident: float
    own: float

    @classmethod
    def of(cls, process: int) -> "Memory":
        """As Linux counts it now."""
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
        sizes = {name: int(size.split()[0]) for name, size in (line.split(":") for line in lines)}
        own = sizes["Private_Clean"] + sizes["Private_Dirty"]
        return cls(sizes["Rss"] / 1024, own / 1024)

    def __str__(self) -> str:
        return f"{self.resident:.0f} MB resident, {self.own:.0f} MB its own"


def main() -> int:
    """Print the figures; 1 if a goal is missed."""
    options = argparse.ArgumentParser(prog="python -m tests.measures lean", description=__doc__)
    options.add_argument("--pages", type=int, default=2000)
    options.add_argument("--processes", type=int, default=9)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _as_in_production(Path(folder))
        seconds = statistics.median([_load_once() for _ in range(given.processes + 1)][1:])
        _say(f"import wizard: {seconds:.2f} s of processor, goal {SECONDS}")
        with TestServer.open(migrate) as server, _serving(server, Path(folder)) as (worker, asked):
            _say(f"a web worker before the first page: {Memory.of(worker)}")
            _read(list(islice(cycle(asked), given.pages)))
            memory = Memory.of(worker)
            _say(f"after {given.pages:,} pages: {memory}, goal {MEGABYTES} MB resident")
    return 0 if seconds <= SECONDS and memory.resident <= MEGABYTES else 1


def _as_in_production(folder: Path) -> None:
    """Byte code is kept, in a folder of ours; structlog does not find rich, with which bandit came."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "made")
    os.environ["MALLOC_ARENA_MAX"] = "2"  # as in the image and in the units
    (folder / "hidden").mkdir()
    (folder / "hidden" / "rich.py").write_text("raise ImportError\n")
    os.environ["PYTHONPATH"] = str(folder / "hidden")


def _compile_templates(url: str, settings: dict[str, str]) -> None:
    """As when an image is made."""
    given = {f"WIZARD_{name.upper()}": value for name, value in settings.items()}
    subprocess.run(
        [sys.executable, "-m", "flask", "templates", "compile"],
        cwd=ROOT,
        env={**os.environ, **given, "WIZARD_PUBLIC_URL": url},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _load_once() -> float:
    done = subprocess.run(
        [sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


Asked = tuple[str, str]  # a page's address and the reader's cookie


@contextmanager
def _serving(server: TestServer, folder: Path) -> Iterator[tuple[int, list[Asked]]]:
    """The number of a worker's process, and the pages that it is asked for."""
    listening, url = Wizard.address()
    with StandIn.start(redirect_uris=[f"{url}/visma/callback"]) as visma:
        kept = {name: SETTINGS[name] for name in ("secret_key", "token_keys")}
        settings = {**kept, "database_url": server.create("lean"), **visma.settings}
        _compile_templates(url, settings)
        app = create_app(public_url=url, log_level="ERROR", **settings)
        guard(app)
        asked = [(url + path, cookie) for path, cookie in _pages(app, visma)]
        web = Wizard.start(listening, url, folder / "log", **settings, log_level="ERROR")
        requests.get(f"{url}/healthz", timeout=TIMEOUT)
        children = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children")
        yield int(children.read_text().split()[0]), asked
        web.kill()
        listening.close()
        app.extensions["engine"].dispose()
        server.drop("lean")


def _pages(app: Flask, visma: StandIn) -> Iterator[Asked]:
    """Those of an approver on her way, of a member of a firm, of an admin, and of anybody."""
    with app.extensions["sessions"]() as session:
        cast = Cast.enter(session)
        company = cast.company.public_id
        member, admin = _cookie_of(app, cast.owner), _cookie_of(app, cast.admin)
    her = Traveller.with_link(app, visma, address(invite(app))).go_straight()
    cookie = _kept(her.browser)
    yield from ((path, "") for path in PUBLIC)
    yield from ((f"{her.at}/{step}", cookie) for step in STEPS)
    yield from ((path.format(company=company), member) for path in MEMBERS)
    yield from ((path, admin) for path in ADMINS)


def _cookie_of(app: Flask, user: User) -> str:
    return _kept(Browser.open(app, user))


def _kept(browser: Browser) -> str:
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    return str(cookie.value)


def _read(asked: list[Asked]) -> None:
    """Ask for all of them, several readers at once."""
    with requests.Session() as lines, ThreadPoolExecutor(READERS) as readers:
        lines.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # each has her own

        def read(one: Asked) -> None:
            page, cookie = one
            headers = {"Cookie": f"session={cookie}"} if cookie else {}
            answer = lines.get(page, headers=headers, timeout=TIMEOUT, allow_redirects=False)
            assert answer.status_code == 200, (page, answer.status_code)

        list(readers.map(read, asked))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
