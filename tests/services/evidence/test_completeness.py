"""Reading a year through: once whatever is killed or pressed again, and said honestly where it stops."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from tests.support.books import HOSTILE, LARGE, BookReader
from tests.support.programs import WORKER, program
from tests.support.standin import StandIn
from wizard.models import (
    CallPermit,
    Event,
    EventKind,
    ReadingStatus,
    ReadVoucher,
    StopReason,
    YearReading,
    now,
)
from wizard.services.connections.disconnection import disconnect
from wizard.services.evidence import completeness
from wizard.services.evidence.completeness import TRIES, Work, begin, newest_of, run, take_up_all
from wizard.services.evidence.year_findings import YearFound
from wizard.services.grants.tokens import DisconnectedError
from wizard.wiring.providers import provider_context

PATIENCE = 90.0
GAPS = (7, 8, 9, 500, 777, 778)


def work(reader: BookReader) -> Work:
    with reader.app.app_context():
        context = provider_context("visma", background=True)
    return Work(reader.app.extensions["sessions"], lambda _name: context, between_calls=0.0)


def press(reader: BookReader, session: Session, start: int = 2026) -> YearReading:
    """A year that somebody asks to have read through."""
    years = reader.context.provider.fiscal_years(reader.token, timeout=20)
    year = next(one for one in years if one.start.year == start)
    begin(session, session.merge(reader.row()), year, reader.owner)
    return newest_of(session, reader.connection_id, year.id)[0]


def read_through(reader: BookReader, session: Session, start: int = 2026) -> YearReading:
    """A year, read to the end."""
    reading = press(reader, session, start)
    turn(reader, session, reading)
    return reading


def turn(reader: BookReader, session: Session, reading: YearReading) -> None:
    session.rollback()
    run(work(reader), reading.id)
    session.expire_all()


def count(session: Session, reading: YearReading) -> int:
    session.rollback()
    mine = select(func.count()).where(ReadVoucher.year_reading_id == reading.id)
    return session.scalar(mine) or 0


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    return BookReader.connect(visma_app, visma)


@pytest.fixture
def large(visma_app: Flask, visma: StandIn) -> BookReader:
    visma.configure(left_out_numbers=GAPS)
    return BookReader.connect(visma_app, visma, LARGE)


@pytest.mark.parametrize(
    "refused", [{}, {"refuse_large_pages": True, "refuse_filters": True, "refuse_order": True}]
)
def test_a_year_says_its_series_its_gaps_and_what_lacks_documents(
    large: BookReader, session: Session, visma: StandIn, refused: dict[str, bool]
) -> None:
    visma.configure(**refused)
    reading = read_through(large, session, 2022)
    found = YearFound.of(reading)
    assert reading.status is ReadingStatus.DONE
    assert found is not None
    assert (found.vouchers, found.told) == (994, 994)
    (series,) = found.series
    assert (series.name, series.first, series.last, series.missing) == ("A", 1, 1000, 6)
    assert [(one.first, one.last) for one in found.gaps] == [(7, 9), (500, 500), (777, 778)]
    # Every fourth number has a document; of the gaps 8 and 500 had one.
    assert found.without == series.without == 994 - (250 - 2)
    assert reading.pages_read == (20 if refused else 2)


def test_documents_of_sources_count_whether_or_not_the_voucher_lists_them(
    reader: BookReader, session: Session
) -> None:
    reading = read_through(reader, session)
    without = select(ReadVoucher.series, ReadVoucher.number).where(
        ReadVoucher.has_documents.is_(False)
    )
    labels = {f"{series}{number}" for series, number in session.execute(without)}
    assert labels == {"A1", "A15", "A17", "B2"}
    assert not session.scalar(select(ReadVoucher).where(ReadVoucher.has_documents.is_(None)))
    assert reading.file_pages == 1
    kept = session.scalars(select(ReadVoucher)).all()
    assert not any(one.owner_ids for one in kept)


def test_only_ids_and_numbers_are_kept(reader: BookReader, session: Session) -> None:
    read_through(reader, session)
    kept = session.connection().exec_driver_sql("select v::text from read_vouchers v").scalars()
    told = " ".join(kept)
    for text in ("Leverantör", "Kvitto", "Förbrukning", "Lön", "Bank"):
        assert text not in told


def test_ten_presses_are_one_reading_with_one_line_in_the_history(
    reader: BookReader, session: Session
) -> None:
    for _ in range(10):
        press(reader, session)
    assert session.scalar(select(func.count(YearReading.id))) == 1
    lines = session.scalars(select(Event).where(Event.kind == EventKind.YEAR_READ)).all()
    assert [(one.user_id, one.note) for one in lines] == [
        (reader.owner.id, "2026-01-01 – 2026-12-31")
    ]


def test_a_new_reading_takes_the_place_of_the_last_when_it_is_done(
    reader: BookReader, session: Session
) -> None:
    first = read_through(reader, session)
    second = press(reader, session)
    both = newest_of(session, reader.connection_id, first.year_id)
    assert [one.id for one in both] == [second.id, first.id]
    turn(reader, session, second)
    assert [one.id for one in session.scalars(select(YearReading))] == [second.id]


def test_vouchers_that_were_missed_are_looked_for_once_more(
    large: BookReader, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the list moves while it is read, and some of it slips by."""
    reading = press(large, session, 2022)
    monkeypatch.setattr(completeness, "CALLS_A_TURN", 1)
    turn(large, session, reading)
    session.execute(delete(ReadVoucher).where(ReadVoucher.number < 6))
    session.commit()
    monkeypatch.setattr(completeness, "CALLS_A_TURN", 10)
    turn(large, session, reading)
    assert (reading.status, reading.rounds) == (ReadingStatus.DONE, 2)
    assert count(session, reading) == 994


def test_it_waits_for_the_call_budget_and_goes_on(
    reader: BookReader, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completeness, "CALL_SECONDS", 1.0)
    reading = press(reader, session)
    work(reader).context_of("").provider.plain_voucher_page(
        reader.token, reading.year_id, 1, way=None, timeout=20
    )
    session.execute(update(CallPermit).values(free_at=now() + timedelta(seconds=40)))
    session.commit()
    turn(reader, session, reading)
    assert (reading.status, reading.waits, reading.tries) == (ReadingStatus.RUNNING, True, 0)
    assert reading.next_turn_at > now()
    session.execute(update(CallPermit).values(free_at=func.now()))
    session.execute(update(YearReading).values(next_turn_at=now()))
    session.commit()
    turn(reader, session, reading)
    assert reading.status is ReadingStatus.DONE


def test_it_stops_with_a_reason_and_goes_on_where_it_was(
    large: BookReader, session: Session, visma: StandIn
) -> None:
    visma.configure(refuse_large_pages=True)
    reading = press(large, session, 2022)
    visma.fail("vouchers", "status", 503)
    for _ in range(TRIES + 1):
        reading.next_turn_at = now()  # as if the pause were over
        session.commit()
        turn(large, session, reading)
    assert (reading.status, reading.stopped_for) == (ReadingStatus.STOPPED, StopReason.AWAY)
    visma.heal()
    reading.voucher_page, reading.voucher_way, reading.rounds = 5, 2, 2
    session.commit()
    again = press(large, session, 2022)
    assert again.id == reading.id
    visma.clear_counters()
    turn(large, session, reading)
    assert reading.status is ReadingStatus.DONE
    assert visma.counters()["api:vouchers"] == 20 - 4


def test_what_the_provider_refuses_or_has_ended_stops_it_at_once(
    reader: BookReader, session: Session, visma: StandIn
) -> None:
    reading = press(reader, session)
    visma.configure(faults=[{"kind": "error_code", "value": 4007, "endpoints": ["vouchers"]}])
    turn(reader, session, reading)
    assert (reading.status, reading.stopped_for) == (ReadingStatus.STOPPED, StopReason.REFUSED)


def test_ending_the_connection_takes_what_was_read_with_it(
    reader: BookReader, session: Session
) -> None:
    reading = read_through(reader, session)
    assert count(session, reading) > 10
    connection = session.merge(reader.row())
    disconnect(session, connection, staff=reader.owner)
    assert count(session, reading) == 0
    year = reader.context.provider.fiscal_years(reader.token, timeout=20)[0]
    with pytest.raises(DisconnectedError):
        begin(session, connection, year, reader.owner)
    run(work(reader), reading.id)


def test_a_reading_is_kept_for_its_time(reader: BookReader, session: Session) -> None:
    reading = read_through(reader, session)
    reading.created_at = now() - completeness.KEPT + timedelta(hours=1)
    session.commit()
    assert completeness.forget_old(session) == 0
    reading.created_at = now() - completeness.KEPT - timedelta(hours=1)
    session.commit()
    assert completeness.forget_old(session) == 1
    assert session.scalar(select(func.count(ReadVoucher.id))) == 0


def test_two_workers_do_not_read_the_same_year_nor_more_than_two_years_at_once(
    visma_app: Flask, visma: StandIn, session: Session
) -> None:
    reader = BookReader.connect(visma_app, visma)
    reading = press(reader, session)
    reading.claimed_until = now() + completeness.CLAIM
    session.commit()
    turn(reader, session, reading)
    assert reading.pages_read == 0
    other = BookReader.connect(visma_app, visma, HOSTILE)
    waiting = press(other, session)
    third = press(reader, session, 2025)
    third.claimed_until = now() + completeness.CLAIM
    session.commit()
    turn(other, session, waiting)
    assert (waiting.pages_read, waiting.waits) == (0, True)
    session.execute(update(YearReading).values(claimed_until=None, next_turn_at=now()))
    session.commit()
    assert take_up_all(session) == 3
    turn(other, session, waiting)
    assert waiting.status is ReadingStatus.DONE


def test_a_worker_killed_midway_is_followed_by_one_that_goes_on_at_its_page(
    large: BookReader, session: Session, visma: StandIn, database_url: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    visma.configure(refuse_large_pages=True, api_latency_ms=20)
    reading = press(large, session, 2022)
    settings = {"database_url": database_url, **visma.settings}
    with program(WORKER, tmp_path / "first", **settings) as worker:
        wait_for(session, lambda: (session.get_one(YearReading, reading.id).voucher_page or 99) > 4)
        worker.kill()
        worker.wait()
    session.rollback()
    left = session.get_one(YearReading, reading.id)
    assert 4 < (left.voucher_page or 0) < 20
    left.claimed_until = now()  # as if the claim of the killed one had run out
    session.commit()
    calls = left.pages_read
    turn(large, session, left)
    assert left.status is ReadingStatus.DONE
    assert (left.pages_read, count(session, left)) == (20, 994)
    assert calls >= 4


def wait_for(session: Session, happened: Callable[[], bool]) -> None:
    ends = monotonic() + PATIENCE
    while not happened():
        assert monotonic() < ends, "it did not happen"
        session.rollback()
        sleep(0.05)
