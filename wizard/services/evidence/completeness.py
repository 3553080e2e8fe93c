"""Reading a whole year in the background, to say what is missing in it; a killed worker loses nothing.

Each page is stored in one transaction with its mark, so that the next worker goes on at the page that was
to be read. No transaction is open while the provider answers. Calls come at a calm pace, out of the
background's share of the call budget, and only a few years are read at a time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import (
    Base,
    Connection,
    EventKind,
    ReadingStatus,
    ReadVoucher,
    StopReason,
    User,
    YearReading,
    now,
)
from wizard.providers.base import FiscalYear, ProviderError, VoucherPage
from wizard.providers.file_page import FilePage
from wizard.providers.gate import BudgetSpentError
from wizard.services.books.provider_session import ProviderSession
from wizard.services.concurrency.backoff import back_off
from wizard.services.concurrency.locks import hold, shared_now, takes_turn
from wizard.services.concurrency.picking import picked
from wizard.services.concurrency.queue import READ_YEAR, enqueue
from wizard.services.context import ProviderContext
from wizard.services.evidence.year_findings import row_of, sum_up
from wizard.services.grants.tokens import DisconnectedError, RenewalNeededError
from wizard.services.history import record

CALLS_A_TURN = 60  # then other jobs have their turn
BETWEEN_CALLS = 0.3  # seconds, of one reading: two at a time take less than the background's share
CALL_SECONDS = 40.0
CLAIM = timedelta(minutes=2)  # longer than a call and what is stored of it
AT_ONCE = 2  # years, over all workers
SKEW = timedelta(seconds=2)  # of the clocks of machines
QUEUE_PAUSE = timedelta(seconds=15)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=20), timedelta(minutes=15)
TRIES = 8  # about an hour
GOES_ON = timedelta(days=1)  # after which a reading that has stopped begins anew
ROUNDS = 2
# What was found missing in a year: asked about while that year is audited.
KEPT = timedelta(days=90)
SOME = 2  # readings deleted at a time, each with as many as a hundred thousand vouchers

RUNNING = ReadingStatus.RUNNING


@dataclass(frozen=True)
class Work:
    """What the background needs: sessions, and the context of a provider by its name."""

    sessions: sessionmaker[Session]
    context_of: Callable[[str], ProviderContext]
    between_calls: float = BETWEEN_CALLS


@dataclass(frozen=True)
class Turn:
    """What is to be read next: a page of vouchers, or one of the list of files."""

    reading_id: int
    connection_id: int
    provider: str
    year_id: str
    voucher_page: int | None
    file_page: int
    way: int | None


def newest_of(session: Session, connection_id: int, year_id: str) -> list[YearReading]:
    """The newest readings of a year, at most two: one under way or stopped, and the last that was done."""
    of_year = (YearReading.connection_id == connection_id, YearReading.year_id == year_id)
    newest = select(YearReading).where(*of_year).order_by(YearReading.id.desc()).limit(2)
    return list(session.scalars(newest))


def begin(session: Session, connection: Connection, year: FiscalYear, staff: User) -> None:
    """Let the background read a year, once at a time; one that stopped lately goes on. Commits. Idempotent.

    Raises DisconnectedError.
    """
    hold(session, connection)
    if not connection.is_living:
        session.rollback()
        raise DisconnectedError
    newest = next(iter(newest_of(session, connection.id, year.id)), None)
    if newest and newest.status is RUNNING:
        session.rollback()
        return
    if newest and newest.status is ReadingStatus.STOPPED and newest.created_at > now() - GOES_ON:
        newest.status, newest.stopped_for, newest.ended_at = RUNNING, None, None
        newest.tries, newest.waits, newest.next_turn_at = 0, False, now()
        reading = newest
    else:
        reading = YearReading(
            connection_id=connection.id,
            year_id=year.id,
            first_day=year.start,
            last_day=year.end,
            made_by_id=staff.id,
        )
        session.add(reading)
    note = f"{year.start} – {year.end}"
    record(session, EventKind.YEAR_READ, connection=connection, staff=staff, note=note)
    session.flush()
    _wake(session, reading.id)
    session.commit()


def take_up_all(session: Session) -> int:
    """Enqueue every reading whose turn it is, whether or not a job remembers it; how many. Commits."""
    free = func.coalesce(YearReading.claimed_until, YearReading.next_turn_at) <= now()
    due = select(YearReading.id).where(
        YearReading.status == RUNNING, YearReading.next_turn_at <= now(), free
    )
    ids = session.scalars(due).all()
    for reading_id in ids:
        _wake(session, reading_id)
    session.commit()
    return len(ids)


def forget_old(session: Session) -> int:
    """Delete some of the readings that have had their time; how many. Commits."""
    old = (
        select(YearReading.id)
        .where(YearReading.created_at < now() - KEPT)
        .order_by(YearReading.created_at)
        .limit(SOME)
        .with_for_update(skip_locked=True)
    )
    gone = delete(YearReading).where(YearReading.id.in_(picked(old))).returning(YearReading.id)
    number = len(session.scalars(gone).all())
    session.commit()
    return number


def run(work: Work, reading_id: int) -> None:
    """Read on, unless another worker does: until all is read, a turn is over, or there is something to wait for."""
    if not _claim(work, reading_id):
        return
    for _ in range(CALLS_A_TURN):
        began = time.monotonic()
        if not _step(work, reading_id):
            return
        time.sleep(max(0.0, work.between_calls - (time.monotonic() - began)))
    with work.sessions.begin() as session:
        reading = _held(session, reading_id)
        if reading:
            reading.claimed_until = None
            _wake(session, reading_id)


def _claim(work: Work, reading_id: int) -> bool:
    """True if this worker is to read on: nobody else does, and not too many years are being read."""
    with work.sessions.begin() as session:
        reading, moment = _held(session, reading_id), shared_now(session)
        if reading is None or (reading.claimed_until and reading.claimed_until > moment):
            return False
        if reading.next_turn_at > moment + SKEW:
            return False
        others = select(func.count()).where(
            YearReading.status == RUNNING, YearReading.claimed_until > moment
        )
        if not takes_turn(session, "year_readings") or (session.scalar(others) or 0) >= AT_ONCE:
            _wait(session, reading, moment + QUEUE_PAUSE)
            return False
        reading.claimed_until, reading.waits = moment + CLAIM, False
    return True


def _step(work: Work, reading_id: int) -> bool:
    """One call to the provider, and what is stored of its answer; True if there is more to read now."""
    with work.sessions() as session:
        reading = session.get(YearReading, reading_id)
        if reading is None or reading.status is not RUNNING:
            return False
        turn = Turn(
            reading_id,
            reading.connection_id,
            reading.connection.provider,
            reading.year_id,
            reading.voucher_page,
            reading.file_page,
            reading.voucher_way if reading.voucher_page else reading.file_way,
        )
    try:
        page = _read(work.context_of(turn.provider), turn)
    except BudgetSpentError as error:
        return _put_off(work, reading_id, timedelta(seconds=max(5.0, error.seconds)))
    except (RenewalNeededError, DisconnectedError):
        return _stop(work, reading_id, StopReason.ENDED)
    except ProviderError as error:
        if not error.transient:
            return _stop(work, reading_id, StopReason.REFUSED)
        return _put_off(work, reading_id)
    with work.sessions.begin() as session:
        held = _held(session, reading_id)
        if held is None or (held.voucher_page, held.file_page) != (
            turn.voucher_page,
            turn.file_page,
        ):
            return False  # another worker took it for dead, and has read on
        held.tries, held.waits, held.pages_read = 0, False, held.pages_read + 1
        held.claimed_until = shared_now(session) + CLAIM
        if isinstance(page, VoucherPage):
            provider = work.context_of(turn.provider).provider
            rows = [row_of(one, provider.owners_of(one)) for one in page.vouchers]
            return _store_vouchers(session, held, page, rows)
        return _store_files(session, held, page)


def _read(context: ProviderContext, turn: Turn) -> VoucherPage | FilePage:
    provider, way = context.provider, turn.way
    asking = ProviderSession(context, turn.connection_id, CALL_SECONDS)
    if number := turn.voucher_page:
        page_of = provider.plain_voucher_page
        return asking.ask(lambda token, s: page_of(token, turn.year_id, number, way=way, timeout=s))
    return asking.ask(
        lambda token, s: provider.file_page(token, turn.file_page, way=way, timeout=s)
    )


def _store_vouchers(
    session: Session, reading: YearReading, page: VoucherPage, rows: list[dict[str, object]]
) -> bool:
    """Store a page of vouchers; after the last, those that were missed are looked for once more."""
    by_id = {row["voucher_id"]: row | {"year_reading_id": reading.id} for row in rows}
    if by_id:
        told = insert(Base.metadata.tables[ReadVoucher.__tablename__])
        again = told.on_conflict_do_update(
            index_elements=["year_reading_id", "voucher_id"],
            set_={name: told.excluded[name] for name in rows[0]},
        )
        session.execute(again, list(by_id.values()))
    reading.voucher_way, reading.voucher_pages, reading.vouchers = page.way, page.pages, page.total
    number = reading.voucher_page or 1
    if number < page.pages and page.vouchers:
        reading.voucher_page = number + 1
        return True
    stored = session.scalar(select(func.count()).where(ReadVoucher.year_reading_id == reading.id))
    if (stored or 0) < page.total and reading.rounds < ROUNDS:
        reading.rounds, reading.voucher_page = reading.rounds + 1, 1
        return True
    reading.voucher_page = None
    unknown = exists().where(
        ReadVoucher.year_reading_id == reading.id, ReadVoucher.has_documents.is_(None)
    )
    if session.scalar(select(unknown)):
        reading.file_page = 1
        return True
    return _finish(session, reading)


def _store_files(session: Session, reading: YearReading, page: FilePage) -> bool:
    """Mark the vouchers whose files are on this page; after the last page the others have none."""
    unknown = (ReadVoucher.year_reading_id == reading.id, ReadVoucher.has_documents.is_(None))
    if page.owner_ids:
        attached = ReadVoucher.owner_ids.overlap(sorted(page.owner_ids))
        _mark(session, *unknown, attached, has=True)
    reading.file_way, reading.file_pages = page.way, page.pages
    if page.number < page.pages:
        reading.file_page = page.number + 1
        return True
    _mark(session, *unknown, has=False)
    return _finish(session, reading)


def _mark(session: Session, *which: object, has: bool) -> None:
    known = update(ReadVoucher).where(*which).values(has_documents=has, owner_ids=[])  # type: ignore[arg-type]
    session.execute(known, execution_options={"synchronize_session": False})


def _finish(session: Session, reading: YearReading) -> bool:
    """Sum up, and forget what was read of the year before."""
    reading.found = sum_up(session, reading)
    reading.status, reading.ended_at, reading.claimed_until = ReadingStatus.DONE, now(), None
    earlier = (
        YearReading.connection_id == reading.connection_id,
        YearReading.year_id == reading.year_id,
        YearReading.id < reading.id,
    )
    session.execute(delete(YearReading).where(*earlier))
    return False


def _put_off(work: Work, reading_id: int, wait: timedelta | None = None) -> bool:
    """Read on later: when the call budget allows it, else by a back-off that ends some time."""
    with work.sessions.begin() as session:
        reading = _held(session, reading_id)
        if reading is None:
            return False
        if wait is None:
            reading.tries += 1
            wait = back_off(reading.tries - 1, FIRST_PAUSE, LONGEST_PAUSE)
        if reading.tries > TRIES:
            _end(reading, StopReason.AWAY)
        else:
            _wait(session, reading, now() + wait)
    return False


def _stop(work: Work, reading_id: int, why: StopReason) -> bool:
    with work.sessions.begin() as session:
        if reading := _held(session, reading_id):
            _end(reading, why)
    return False


def _end(reading: YearReading, why: StopReason) -> None:
    reading.status, reading.stopped_for = ReadingStatus.STOPPED, why
    reading.ended_at, reading.claimed_until, reading.waits = now(), None, False


def _wait(session: Session, reading: YearReading, at: datetime) -> None:
    reading.next_turn_at, reading.waits, reading.claimed_until = at, True, None
    _wake(session, reading.id, at)


def _held(session: Session, reading_id: int) -> YearReading | None:
    """The reading, locked, if it is under way; it may have gone with its connection."""
    mine = select(YearReading).where(YearReading.id == reading_id, YearReading.status == RUNNING)
    return session.scalar(mine.with_for_update())


def _wake(session: Session, reading_id: int, at: datetime | None = None) -> None:
    enqueue(session, READ_YEAR, at=at, once=f"{READ_YEAR}:{reading_id}", reading_id=reading_id)
