"""Times the pages of vouchers in a year of 1,000 and in one of 100,000: `python -m tests.measures.vouchers`.

Both years belong to one company, at a stand-in that answers at once and generates only the requested
vouchers, so that any extra time in the larger year is ours. Pages are requested alternately in one run,
and printed with their number of calls to the stand-in. A search, for which the stand-in reads every
text, is printed beside the time of its call alone. Then a voucher is searched with the methods that
remain if Visma refuses filters or sorting.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from flask.testing import FlaskClient

from tests.conftest import SETTINGS, migrate
from tests.support.books import LARGE, BookReader
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from wizard import create_app
from wizard.providers.base import FiscalYear
from wizard.sandbox.books.large import YEARS

MOST_RATIO = 1.5
MOST_QUESTIONS = 10
WAYS = {
    "by its number": {},
    "by its label": {"refuse_number_filter": True},
    "by the order alone": {"refuse_filters": True},
    "by Visma's own order": {"refuse_filters": True, "refuse_order": True},
}


@dataclass(frozen=True)
class Year:
    """A fiscal year of the large company, with its number of vouchers."""

    reader: BookReader
    year: FiscalYear
    many: int

    @property
    def at(self) -> str:
        """The URL of the list of its vouchers."""
        return f"{self.reader.at}?ar={self.year.id}"

    @property
    def pages(self) -> dict[str, str]:
        """The pages to time, by description."""
        number = self.many * 3 // 16 * 4  # every fourth voucher has a document
        return {
            "first page": self.at,
            "a page deep down": f"{self.at}&sida={self.many // 30}",
            "found by its number": f"{self.at}&q=A+{number}",  # with its document
        }

    def search(self) -> None:
        """Send only the call behind a search."""
        ask = self.reader.context.provider.voucher_page
        ask(self.reader.token, self.year.id, 1, search="papper", timeout=60)


def main() -> int:
    """Measure and print; returns 1 if a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds
    with TestServer.open(migrate) as server, StandIn.start() as visma:
        given = {
            "database_url": server.create("vouchers"),
            "sandbox_url": visma.url,
            "visma_client_id": visma.client_id,
            "visma_client_secret": visma.client_secret,
            "visma_rate_limit": 10**4,
        }
        app = create_app(**{**SETTINGS, **given})
        visma.configure(rate_limit=10**6)
        reader = BookReader.connect(app, visma, LARGE)
        few, many = _years(reader)
        try:
            kept = [_compared(few, many, rounds), _searched(many), _found_every_way(many)]
        finally:
            app.extensions["engine"].dispose()
            server.drop("vouchers")
        return 0 if all(kept) else 1


def _years(reader: BookReader) -> tuple[Year, Year]:
    """The smallest and the largest year."""
    told = reader.context.provider.fiscal_years(reader.token, timeout=60)
    years = [Year(reader, one, YEARS[one.start.year]) for one in told]
    return min(years, key=lambda one: one.many), max(years, key=lambda one: one.many)


def _compared(few: Year, many: Year, rounds: int) -> bool:
    client, kept = few.reader.browser.client, True
    _say(f"{'page':30} {few.many:>10,} {many.many:>13,}  ratio  questions")
    for page, at in few.pages.items():
        asked = [partial(_open, client, one) for one in (at, many.pages[page])]
        small, large = _times(asked, rounds)
        counts = [_questions(few.reader.visma, one) for one in asked]
        kept = kept and large / small <= MOST_RATIO and counts[0] == counts[1]
        numbers = " and ".join(map(str, counts))
        _say(f"{page:30} {small:7.1f} ms {large:10.1f} ms {large / small:6.2f}  {numbers}")
    _say(f"goal {MOST_RATIO}, and as many questions\n")
    return kept


def _searched(year: Year) -> bool:
    client = year.reader.browser.client
    page = partial(_open, client, f"{year.at}&q=papper")
    ours, alone = _times([page, year.search], 5)
    _say(f"words in {year.many:,} texts {ours:10.1f} ms, the question alone {alone:.1f} ms")
    _say(
        f"{ours / alone:.2f}, goal {MOST_RATIO}; {_questions(year.reader.visma, page)} questions\n"
    )
    return ours / alone <= MOST_RATIO


def _found_every_way(year: Year) -> bool:
    visma, client, kept = year.reader.visma, year.reader.browser.client, True
    find = partial(_open, client, year.pages["found by its number"])
    _say(f"one of {year.many:,} is found")
    for way, settings in WAYS.items():
        visma.configure(**settings)
        took, count = _times([find], 5)[0], _questions(visma, find)
        visma.configure(**dict.fromkeys(settings, False))
        kept = kept and count <= MOST_QUESTIONS
        _say(f"{way:30} {took:7.1f} ms  {count} questions")
    _say(f"goal {MOST_QUESTIONS} questions")
    return kept


def _open(client: FlaskClient, at: str) -> None:
    answer = client.get(at, follow_redirects=True)
    assert answer.status_code == 200, (at, answer.status)


def _questions(visma: StandIn, call: Callable[[], None]) -> int:
    visma.clear_counters()
    call()
    return sum(count for name, count in visma.counters().items() if name.startswith("api:"))


def _times(calls: Sequence[Callable[[], None]], rounds: int) -> list[float]:
    """The median time of each in ms, measured alternately."""
    found: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, times in zip(calls, found, strict=True):
            began = time.perf_counter()
            call()
            times.append((time.perf_counter() - began) * 1000)
    return [median(times) for times in found]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
