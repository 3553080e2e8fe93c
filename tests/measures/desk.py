"""Times the first page of those who run the service, and each list it leads to, with 1,000 companies and with 1,000,000.

`python -m tests.measures desk` fills two databases as `scale` does, asks them by turns, and prints the
medians side by side. `--companies` is the larger number.
"""

import argparse
from collections.abc import Callable

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import migrate
from tests.measures.scale import FEW, compare, filled, say
from tests.support.postgres import TestServer
from wizard.services.desk import counts, keeping
from wizard.services.desk.overview import overview

PAGES = (
    "/admin",
    "/foretag",
    "/foretag?move=firm",
    "/foretag?move=approver",
    "/foretag?move=provider",
    "/foretag?move=we",
    "/foretag?move=firm&reason=to_be_renewed",
    "/foretag?move=firm&after=c500",
)
WORK: dict[str, Callable[[Session], object]] = {
    "its figures": overview,
    "counts": counts.counts,
    "what time has changed": keeping.sort_due,
    "what nobody has sorted": keeping.sort_marked,
}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--companies", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=15)
    given = options.parse_args()
    with (
        TestServer.open(migrate) as server,
        filled(server, given.companies) as many,
        filled(server, FEW) as few,
    ):
        for app in (few, many):
            _fold(app)
        say(f"{'companies':45} {FEW:>10,} {given.companies:>12,}  ratio")
        compare((few, many), PAGES, WORK, given.rounds)


def _fold(app: Flask) -> None:
    """Add up what filling wrote one row at a time, as the worker does each minute."""
    with app.extensions["sessions"]() as session:
        while counts.fold(session):
            pass
    engine = app.extensions["engine"].execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("vacuum analyze standing_counts"))


if __name__ == "__main__":
    main()
