"""Times the first page of those who run the service, and each list it leads to, with 1,000 companies and with 1,000,000.

`python -m tests.measures desk` fills two databases as `scale` does, asks them by turns, and prints the
medians side by side. `--companies` is the larger number.
"""

import argparse
from collections.abc import Callable

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
        say(f"{'companies':45} {FEW:>10,} {given.companies:>12,}  ratio")
        compare((few, many), PAGES, WORK, given.rounds)


if __name__ == "__main__":
    main()
