"""The background's rounds: who is due, taken at an even pace by several hands, and looked after.

Who is taken is leased: if the process is killed, the lease ends and somebody else takes the connection.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Semaphore

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from wizard.causes import Cause
from wizard.models import Connection, ConnectionStatus, now
from wizard.providers.base import ProviderError
from wizard.services import health, pacing, tokens
from wizard.services.neighbours import check_soon
from wizard.services.pacing import Work
from wizard.services.workshop import Workshop

HANDS = {Work.CHECK: 12, Work.REFRESH: 8}  # fewer than there are connections to the database
BATCH = 20
LEASE = timedelta(minutes=2)
CHECK_SECONDS = 30.0
ROUND_SECONDS = 17.0  # one begins every 15 s, so that there is no pause between them
LINGER = 3.0  # most have answered by then, and a process that is told to stop leaves nothing undone
ENDED_LATELY = timedelta(minutes=30)
SOON = 0.1

log = structlog.get_logger()
_hands = {
    work: ThreadPoolExecutor(max_workers=hands, thread_name_prefix=work.value)
    for work, hands in HANDS.items()
}
_free = {work: Semaphore(hands) for work, hands in HANDS.items()}


@dataclass(frozen=True)
class Visit:
    """A connection that is to be taken up at a moment; ``refreshed_at`` is as it was then."""

    connection_id: int
    refreshed_at: datetime
    at: datetime


def go_round(workshop: Workshop, work: Work, seconds: float = ROUND_SECONDS) -> int:
    """Take up what is due at an even pace, until nothing is left or the time is over; how many.

    Those still in hand go on: a provider that is slow to answer holds up nobody but itself.
    """
    ends, begun = time.monotonic() + seconds, []
    while time.monotonic() < ends:
        with workshop.sessions() as session:
            visits = take_due(session, workshop, work)
        if visits is None:
            break
        for visit in visits:
            _wait_until(visit.at)
            begun.append(_hand_over(workshop, work, visit))
        if not visits:
            time.sleep(SOON)  # another process has taken the next few moments
    wait(begun, timeout=LINGER)
    return len(begun)


def check_in_turn(workshop: Workshop, connection_id: int) -> health.Finding:
    """Wait for the checks' next moment and read then, for who checks one after the other.

    An answer ends the holding back that an outage left, though no worker runs.
    """
    _wait_for_turn(workshop)
    found = health.check(workshop, connection_id, seconds=CHECK_SECONDS)
    if found.read:
        with workshop.sessions() as session:
            pacing.note_answer(session, workshop.provider.name, Work.CHECK)
    return found


def _wait_for_turn(workshop: Workshop) -> None:
    provider, slots = workshop.provider, list[datetime]()
    while not slots:
        with workshop.sessions.begin() as session:
            pace = pacing.hold(session, provider.name, Work.CHECK)
            slots = pacing.slots(pace, provider.rate_limit, 1)
            if slots:
                pace.next_slot_at = slots[0] + pacing.apart(pace, provider.rate_limit)
        _wait_until(slots[0] if slots else now() + pacing.AHEAD)


def take_due(
    session: Session, workshop: Workshop, work: Work, most: int = BATCH
) -> list[Visit] | None:
    """Lease the longest due, each with its moment; None when nothing is due. Commits."""
    provider, due_at = workshop.provider, _due(work)
    pace = pacing.hold(session, provider.name, work)
    slots = pacing.slots(pace, provider.rate_limit, most)
    due = (
        select(Connection.id, Connection.refreshed_at)
        .where(*pacing.kept_alive(provider.name), due_at <= now())
        .order_by(due_at)
        .limit(max(1, len(slots)))
        .with_for_update(skip_locked=True)
    )
    found = session.execute(due).all()
    visits = [Visit(row.id, row.refreshed_at, at) for row, at in zip(found, slots, strict=False)]
    if visits:
        pace.next_slot_at = visits[-1].at + pacing.apart(pace, provider.rate_limit)
        taken = Connection.id.in_([visit.connection_id for visit in visits])
        lease = {due_at.key: now() + LEASE}
        session.execute(update(Connection).where(taken).values(lease))
    session.commit()
    return visits if found else None


def follow_ended(session: Session, provider: str) -> int:
    """See to the other connections of approvers with a grant that ended lately; how many. Commits.

    A changed password ends all of a person's grants at once, without a word.
    """
    ended, other = aliased(Connection), aliased(Connection)
    unseen = (
        select(other.id)
        .where(
            other.provider == ended.provider,
            func.lower(other.approver_email) == func.lower(ended.approver_email),
            other.id != ended.id,
            other.status != ConnectionStatus.DISCONNECTED,
            other.refresh_token.is_not(None),
            other.checked_at < ended.status_since,
        )
        .exists()
    )
    approvers = session.scalars(
        select(ended.approver_email)
        .where(
            ended.cause == Cause.CONSENT_ENDED,
            ended.status_since > now() - ENDED_LATELY,
            ended.provider == provider,
            unseen,
        )
        .distinct()
    ).all()
    for email in approvers:
        check_soon(session, provider, email)
        session.commit()  # one at a time: who locks two persons' in turn could wait for who waits
    return len(approvers)


def _hand_over(workshop: Workshop, work: Work, visit: Visit) -> Future[None]:
    """To a free hand; waits for one, which slows the round when the provider is slow."""
    _free[work].acquire()
    return _hands[work].submit(_visit, workshop, work, visit)


def _visit(workshop: Workshop, work: Work, visit: Visit) -> None:
    try:
        failed = DO[work](workshop, visit)
        note = pacing.note_failure if failed else pacing.note_answer
        with workshop.sessions() as session:
            note(session, workshop.provider.name, work)
    except Exception:
        log.exception("visit_failed", work=work, connection=visit.connection_id)
    finally:
        _free[work].release()


def _wait_until(moment: datetime) -> None:
    """Never longer than moments are taken ahead, though the clock be put back."""
    time.sleep(max(0.0, min(moment - now(), pacing.AHEAD).total_seconds()))


def _check(workshop: Workshop, visit: Visit) -> bool:
    return health.check(workshop, visit.connection_id, seconds=CHECK_SECONDS).away


def _refresh(workshop: Workshop, visit: Visit) -> bool:
    try:
        tokens.refresh_ahead(workshop, visit.connection_id, seen=visit.refreshed_at)
    except ProviderError as error:
        return health.is_away(error)
    except (tokens.RenewalNeededError, tokens.DisconnectedError):
        pass
    return False


def _due(work: Work) -> InstrumentedAttribute[datetime | None]:
    return Connection.next_check_at if work is Work.CHECK else Connection.next_refresh_at


DO: dict[Work, Callable[[Workshop, Visit], bool]] = {Work.CHECK: _check, Work.REFRESH: _refresh}
