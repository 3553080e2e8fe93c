"""Size and readability of served pages: `python -m tests.measures.budgets` prints a table."""

import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests
from flask import Flask

from tests.conftest import SETTINGS, migrate
from tests.support.live import Wizard
from tests.support.pages import parse
from tests.support.postgres import TestServer
from tests.support.readability import Readability, readability
from tests.support.standin import StandIn
from tests.support.traveller import HERS, address, invite
from wizard import create_app
from wizard.articles import ARTICLES

TIMEOUT = 60
# Beneath every page, as in production.
OPERATOR = {
    "operator_name": "Bokslutsbyråernas Kopplingstjänst AB",
    "operator_number": "559123-4561",
}
MOST_BYTES, MOST_REQUESTS, MOST_SCRIPT, MOST_LIX, LEAST_WORDS = 14_000, 3, 4_096, 40.0, 100
PARTS = re.compile(r'<(?:link rel="(?:stylesheet|icon)" href|script src)="(/[^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
STATUS_LINE, END_OF_HEAD = "HTTP/1.1 200 OK\r\n", "\r\n"
STEPS = ("valkommen", "behorighet", "bokforing", "foretag", "ge-behorighet", "kollega", "nej")
PUBLIC = ("/", "/hjalp", "/hjalp?q=popup", "/uppgifter", "/tillganglighet")
CAUSES = {  # the person and the company that lead to each page
    "fel företag": ("Stina Standardföretag", None),
    "avbröt": ("Elsa Ensam", "avbryt"),
    "ingen bokföring": ("Vera Välja", "Bara Fakturering AB"),
    "modul saknas": ("Vera Välja", "Modul Saknas AB"),
    "behörighet saknas": ("Bo Begränsad", None),
    "koden för gammal": ("Kodvägrar-Karl", None),
    "Visma nere": ("Visma Nere-Nils", None),
}


@dataclass(frozen=True)
class Measure:
    """A page: bytes on the wire without pictures, requests, bytes of scripts, and readability."""

    name: str
    weight: int
    requests: int
    script: int
    reading: Readability

    @property
    def holds(self) -> bool:
        """True if the page is within every budget."""
        heavy = self.reading.words >= LEAST_WORDS and self.reading.lix >= MOST_LIX
        within = self.weight <= MOST_BYTES and self.requests <= MOST_REQUESTS
        return within and self.script <= MOST_SCRIPT and not heavy


@dataclass
class Reader:
    """A reader whose browser accepts compression."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def measure(self, name: str, path: str) -> Measure:
        """Fetch a page and its resources like a first visit."""
        page, weight = self._fetch(path)
        parts = {urlsplit(part).path: self._fetch(part)[1] for part in PARTS.findall(page)}
        script = sum(size for part, size in parts.items() if part.endswith(".js"))
        main = next(parse(page).iter("main"))
        total = weight + sum(parts.values())
        return Measure(name, total, 1 + len(parts), script, readability(main))

    def open(self, link: str) -> str:
        """Open a link and skip to the approve button; returns the prefix of the pages' paths."""
        at = urlsplit(self.session.get(self.url + link, timeout=TIMEOUT).url).path.rpartition("/")[
            0
        ]
        page = self._fetch(f"{at}/valkommen")[0]
        token = TOKEN.search(page)
        assert token is not None
        form = {"csrf_token": token.group(1), "go": "express"}
        self.session.post(f"{self.url}{at}/valkommen", data=form, timeout=TIMEOUT)
        return at

    def depart(self, at: str) -> str:
        """The URL at the provider."""
        path = f"{self.url}{at}/till-inloggning"
        answer = self.session.get(path, allow_redirects=False, timeout=TIMEOUT)
        return answer.headers["Location"]

    def arrive(self, callback: str) -> str:
        """Return from the provider; returns the path of the final page."""
        return urlsplit(self.session.get(callback, timeout=TIMEOUT).url).path

    def _fetch(self, path: str) -> tuple[str, int]:
        """The text, and the number of transferred bytes, headers included."""
        with self.session.get(self.url + path, stream=True, timeout=TIMEOUT) as answer:
            raw = answer.raw.read(decode_content=False)
            head = sum(len(f"{name}: {value}\r\n") for name, value in answer.headers.items())
        with self.session.get(self.url + path, timeout=TIMEOUT) as answer:
            return answer.text, len(STATUS_LINE) + head + len(END_OF_HEAD) + len(raw)


def measures(app: Flask, url: str, visma: StandIn) -> Iterator[Measure]:
    """The measures of all steps, of the most common causes, and of the help."""
    reader = Reader(url)
    at = reader.open(address(invite(app)))
    for step in STEPS:
        yield reader.measure(step, f"{at}/{step}")
    for name, (person, company) in CAUSES.items():
        walk = visma.deny if company == "avbryt" else visma.approve
        chosen = None if company == "avbryt" else company
        end = reader.arrive(walk(reader.depart(at), person, chosen))
        yield reader.measure(f"orsak: {name}", end)
    end = reader.arrive(visma.approve(reader.depart(at), "Vera Välja", HERS))
    yield reader.measure("kvitto", end)
    stranger = Reader(url)
    for path in (*PUBLIC, *(f"/hjalp/{slug}" for slug in ARTICLES)):
        yield stranger.measure(path, path)


@contextmanager
def site(server: TestServer, log: Path) -> Iterator[tuple[Flask, str, StandIn]]:
    """Run the wizard and the stand-in as processes, with a new database."""
    listening, url = Wizard.address()
    with StandIn.start(redirect_uris=[f"{url}/visma/callback"]) as visma:
        settings = {
            **{name: SETTINGS[name] for name in ("secret_key", "token_keys")},
            "database_url": server.create("budgets"),
            **visma.settings,
            **OPERATOR,
        }
        app = create_app(public_url=url, log_level="ERROR", **settings)
        wizard = Wizard.start(listening, url, log, **settings)
        yield app, url, visma
        wizard.stop()
        app.extensions["engine"].dispose()
        server.drop("budgets")


def main() -> int:
    """Print the table; returns 1 if a budget is exceeded."""
    broken = 0
    write = sys.stdout.write
    write(f"{'page':34}{'bytes':>7}{'requests':>10}{'script':>8}{'words':>7}{'LIX':>6}\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        TestServer.open(migrate) as server,
        site(server, Path(folder) / "log") as (app, url, visma),
    ):
        for one in measures(app, url, visma):
            numbers = f"{one.weight:7}{one.requests:10}{one.script:8}"
            reading = f"{one.reading.words:7}{one.reading.lix:6.1f}"
            write(f"{one.name:34}{numbers}{reading}{'' if one.holds else '  over'}\n")
            broken += not one.holds
    limits = f"{MOST_BYTES:7}{MOST_REQUESTS:10}{MOST_SCRIPT:8}{LEAST_WORDS:7}{MOST_LIX:6.1f}"
    write(f"{'at most (words: counted from)':34}{limits}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
