"""Background rounds: due connections and grants, processed at an even pace by several threads.

Each is leased while it is processed: if the process is killed, another takes over after the lease.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Semaphore

import structlog
from sqlalchemy import Select, Update, func, null, select, update
from sqlalchemy.orm import Session, aliased

from wizard.causes import CAUSES, Cause
from wizard.models import Connection, Grant, GrantState, User, now
from wizard.providers.base import GrantEndedError, ProviderError
from wizard.services.connections import health
from wizard.services.context import ProviderContext
from wizard.services.grants import refreshing
from wizard.services.grants.refreshing import GrantDoubtedError, Wanted
from wizard.services.grants.siblings import check_soon
from wizard.services.throttling import pacing
from wizard.services.throttling.pacing import Work

HANDS = {Work.CHECK: 11, Work.REFRESH: 7}  # fewer than there are connections to the database
BATCH = 20
LEASE = timedelta(minutes=2)
CHECK_SECONDS = 30.0
ROUND_SECONDS = 17.0  # one begins every 15 s, so that there is no pause between them
LINGER = 3.0  # most have answered by then, and a process that is asked to stop finishes the rest
ENDED_LATELY = timedelta(minutes=30)
SOON = 0.1

log = structlog.get_logger()
_hands = {
    work: ThreadPoolExecutor(max_workers=hands, thread_name_prefix=work.value)
    for work, hands in HANDS.items()
}
_free = {work: Semaphore(hands) for work, hands in HANDS.items()}


class Outcome(StrEnum):
    """What a visit shows of the provider: that it works, that it does not, or neither."""

    WORKED = "worked"
    FAILED = "failed"  # no answer, a refusal that may be a mistake, or a fault of ours
    NEITHER = "neither"  # what concerns this one connection, or our own limits


@dataclass(frozen=True)
class Due:
    """A connection to check, or a grant to refresh, at a moment; ``refreshed_at`` is the grant's."""

    id: int
    refreshed_at: datetime | None
    at: datetime


def go_round(context: ProviderContext, work: Work, seconds: float = ROUND_SECONDS) -> int:
    """Process what is due at an even pace, until none is left or time is out; returns how many.

    Unfinished work continues afterwards: a slow provider delays no other provider.
    """
    ends, begun = time.monotonic() + seconds, []
    while time.monotonic() < ends:
        with context.sessions() as session:
            visits = take_due(session, context, work)
        if visits is None:
            break
        for visit in visits:
            _wait_until(visit.at)
            begun.append(_hand_over(context, work, visit))
        if not visits:
            time.sleep(SOON)  # another process has taken the next few moments
    wait(begun, timeout=LINGER)
    return len(begun)


def check_in_turn(
    context: ProviderContext,
    connection_id: int,
    *,
    staff: User | None = None,
    note: health.Note | None = None,
) -> health.Finding:
    """Wait for the next free slot and check then, for callers that check one after the other.

    For ``staff`` and ``note``, see health.check.
    A successful check ends the slow pace of an outage, even if no worker runs.
    """
    _wait_for_turn(context)
    found = health.check(context, connection_id, staff=staff, seconds=CHECK_SECONDS, note=note)
    if found.read:
        with context.sessions() as session:
            pacing.note_answer(session, context.provider.name, Work.CHECK)
    return found


def _wait_for_turn(context: ProviderContext) -> None:
    provider, slots = context.provider, list[datetime]()
    while not slots:
        with context.sessions.begin() as session:
            pace = pacing.hold(session, provider.name, Work.CHECK)
            slots = pacing.slots(pace, provider.rate_limit, 1)
            if slots:
                pace.next_slot_at = slots[0] + pacing.apart(pace, provider.rate_limit)
        _wait_until(slots[0] if slots else now() + pacing.AHEAD)


def take_due(
    session: Session, context: ProviderContext, work: Work, most: int = BATCH
) -> list[Due] | None:
    """Lease the longest due, each with its moment; None when nothing is due. Commits."""
    provider = context.provider
    pace = pacing.hold(session, provider.name, work)
    slots = pacing.slots(pace, provider.rate_limit, most)
    found = session.execute(_due(provider.name, work).limit(max(1, len(slots)))).all()
    visits = [Due(*row, at=at) for row, at in zip(found, slots, strict=False)]
    if visits:
        pace.next_slot_at = visits[-1].at + pacing.apart(pace, provider.rate_limit)
        session.execute(_lease(work, [visit.id for visit in visits]))
    session.commit()
    return visits if found else None


def follow_ended(session: Session, provider: str) -> int:
    """Check the other connections of approvers with a recently ended grant; returns how many. Commits.

    A changed password ends all grants of a person at once, and the provider sends no notice.
    """
    ended, other = aliased(Connection), aliased(Connection)
    unseen = (
        select(other.id)
        .where(
            other.provider == ended.provider,
            func.lower(other.approver_email) == func.lower(ended.approver_email),
            other.id != ended.id,
            other.kept_alive,
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
        session.commit()  # one person at a time, to avoid deadlocks
    return len(approvers)


def _hand_over(context: ProviderContext, work: Work, visit: Due) -> Future[None]:
    """To a free hand; waits for one, which slows the round when the provider is slow."""
    _free[work].acquire()
    return _hands[work].submit(_visit, context, work, visit)


def _visit(context: ProviderContext, work: Work, visit: Due) -> None:
    try:
        outcome = DO[work](context, visit)
        if outcome is not Outcome.NEITHER:
            note = pacing.note_answer if outcome is Outcome.WORKED else pacing.note_failure
            with context.sessions() as session:
                note(session, context.provider.name, work)
    except Exception:
        log.exception("visit_failed", work=work, due=visit.id)
    finally:
        _free[work].release()


def _wait_until(moment: datetime) -> None:
    """Never longer than moments are taken ahead, though the clock be put back."""
    time.sleep(max(0.0, min(moment - now(), pacing.AHEAD).total_seconds()))


def _check(context: ProviderContext, visit: Due) -> Outcome:
    found = health.check(context, visit.id, seconds=CHECK_SECONDS)
    if found.read:
        return Outcome.WORKED
    ours = found.cause is not None and CAUSES[found.cause].alert
    return Outcome.FAILED if found.away or found.doubted or ours else Outcome.NEITHER


def _refresh(context: ProviderContext, visit: Due) -> Outcome:
    wanted = Wanted(ahead=True, seen=visit.refreshed_at)
    try:
        refreshing.access_token(context, visit.id, refreshing.REFRESH_SECONDS, wanted)
    except GrantEndedError:
        return Outcome.NEITHER
    except ProviderError as error:
        odd = isinstance(error, GrantDoubtedError) or CAUSES[error.cause].alert
        return Outcome.FAILED if odd or health.is_away(error) else Outcome.NEITHER
    return Outcome.WORKED


def _due(provider: str, work: Work) -> Select[int, datetime | None]:
    """What is due, the longest due first; rows locked by others are skipped."""
    if work is Work.CHECK:
        return (
            select(Connection.id, null())
            .where(*pacing.kept_alive(provider), Connection.next_check_at <= now())
            .order_by(Connection.next_check_at)
            .with_for_update(skip_locked=True)
        )
    return (
        select(Grant.id, Grant.refreshed_at)
        .where(
            Grant.provider == provider,
            Grant.state == GrantState.LIVING,
            Grant.next_refresh_at <= now(),
        )
        .order_by(Grant.next_refresh_at)
        .with_for_update(skip_locked=True)
    )


def _lease(work: Work, ids: list[int]) -> Update:
    until = now() + LEASE
    if work is Work.CHECK:
        return update(Connection).where(Connection.id.in_(ids)).values(next_check_at=until)
    return update(Grant).where(Grant.id.in_(ids)).values(next_refresh_at=until)


DO: dict[Work, Callable[[ProviderContext, Due], Outcome]] = {
    Work.CHECK: _check,
    Work.REFRESH: _refresh,
}
