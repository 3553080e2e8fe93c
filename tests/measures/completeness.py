"""Reads a year of 100,000 vouchers through, gaps put in by hand: `python -m tests.measures completeness`.

Prints the time, the calls to the stand-in, the memory of the process that reads, what the database keeps,
and whether every gap and every voucher without documents was found; then the time of the page, and what
the same year costs where the provider serves pages of 50. Calls are made at the pace of the product.
"""

import argparse
import sys
import time
from functools import partial
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.conftest import SETTINGS, migrate
from tests.support.books import LARGE, BookReader
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from wizard import create_app
from wizard.models import ReadingStatus, YearReading
from wizard.sandbox.books.large import WITH_FILE, YEARS
from wizard.services.evidence import completeness
from wizard.services.evidence.completeness import Work
from wizard.services.evidence.year_findings import YearFound
from wizard.wiring.providers import provider_context

YEAR = max(YEARS)
# A single number, neighbours, a long gap, one near each end.
GAPS = (2, 500, 501, 502, 25_000, *range(60_000, 60_250), 99_999)
MOST_CALLS_A_MINUTE = 420  # the background's share of what the provider allows
MOST_GROWTH = 64 * 1024  # KiB
LIMIT = 600


def main() -> int:
    """Measure and print; returns 1 if a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--small-pages", action="store_true", help="also in pages of 50")
    small = options.parse_args().small_pages
    with TestServer.open(migrate) as server, StandIn.start() as visma:
        given = {
            "database_url": server.create("completeness"),
            "sandbox_url": visma.url,
            "visma_client_id": visma.client_id,
            "visma_client_secret": visma.client_secret,
        }
        app = create_app(**{**SETTINGS, **given})
        visma.configure(left_out_numbers=GAPS, rate_limit=LIMIT)
        reader = BookReader.connect(app, visma, LARGE)
        try:
            kept = [_read(reader)]
            if small:
                visma.configure(refuse_large_pages=True)
                kept.append(_read(reader))
        finally:
            app.extensions["engine"].dispose()
            server.drop("completeness")
    return 0 if all(kept) else 1


def _read(reader: BookReader) -> bool:
    """Read the year as the background does, turn by turn."""
    sessions = reader.app.extensions["sessions"]
    with reader.app.app_context():
        work = Work(sessions, partial(provider_context, background=True))
        years = reader.context.provider.fiscal_years(reader.token, timeout=60)
        year = next(one for one in years if one.start.year == YEAR)
        with sessions() as session:
            completeness.begin(session, session.merge(reader.row()), year, reader.owner)
            reading = completeness.newest_of(session, reader.connection_id, year.id)[0]
            reader.visma.clear_counters()
            Path("/proc/self/clear_refs").write_text("5")
            before, began, processor = _held("VmRSS"), time.perf_counter(), time.process_time()
            while reading.status is ReadingStatus.RUNNING:
                session.commit()
                completeness.run(work, reading.id)
                session.refresh(reading)
            took, used = time.perf_counter() - began, time.process_time() - processor
            return _told(reader, session, reading, took, used, _held("VmHWM") - before)


def _told(
    reader: BookReader, session: Session, reading: YearReading, took: float, used: float, grown: int
) -> bool:
    calls = sum(n for name, n in reader.visma.counters().items() if name.startswith("api:"))
    found = YearFound.of(reading)
    if found is None:
        _say(f"it stopped: {reading.stopped_for}")
        return False
    many = YEARS[YEAR] - len(GAPS)
    lacking = many - sum(
        1 for one in range(WITH_FILE, YEARS[YEAR] + 1, WITH_FILE) if one not in GAPS
    )
    missing = [number for gap in found.gaps for number in range(gap.first, gap.last + 1)]
    right = (found.vouchers, found.without, missing) == (many, lacking, list(GAPS))
    _say(f"{found.vouchers:,} vouchers, {found.gap_count} gaps of {len(missing)} numbers, ")
    _say(f"{found.without:,} without documents: {'as put in' if right else 'NOT as put in'}")
    a_minute = calls / took * 60
    _say(f"{took:.0f} s, {used:.1f} s of processor, {calls} calls, {a_minute:.0f} a minute")
    _say(f"goal at most {MOST_CALLS_A_MINUTE} a minute; 429 answered {_refused(reader)} times")
    _say(f"memory {grown / 1024:.1f} MB more at most, goal {MOST_GROWTH / 1024:.0f}")
    size = session.scalar(text("select pg_total_relation_size('read_vouchers')")) or 0
    _say(f"{size / 1024 / 1024:.1f} MB in the database")
    at = f"{reader.at}/{reading.year_id}/fullstandighet"
    session.commit()
    client = reader.browser.client
    times = []
    for _ in range(9):
        began = time.perf_counter()
        assert client.get(at).status_code == 200
        times.append(time.perf_counter() - began)
    _say(f"its page {sorted(times)[4] * 1000:.0f} ms\n")
    kept = a_minute <= MOST_CALLS_A_MINUTE and grown <= MOST_GROWTH and not _refused(reader)
    return right and kept


def _refused(reader: BookReader) -> int:
    return reader.visma.counters().get("too_many_requests", 0)


def _held(name: str) -> int:
    """The memory of this process in KiB: VmRSS now, VmHWM the most since it was last set back."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
