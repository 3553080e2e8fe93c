"""The pace of background work on a provider's connections, and slowing down during outages.

All processes share the pace: one row for each kind of work holds the time of the next slot. After a
number of failures in a row the provider counts as away, and only a few connections are tried until one
works: when it does not answer, refuses whomever it is asked about, or refuses us.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnExpressionArgument, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session

from wizard.models import UNREADABLE, Connection, Grant, GrantState, Pace, now
from wizard.services.concurrency.backoff import spread
from wizard.services.throttling.call_budget import BACKGROUND_SHARE, ON_THE_WAY, WINDOW

EVERY = timedelta(hours=1)
COUNTED_EVERY = timedelta(minutes=10)
AWAY_AFTER = 8  # failures in a row, over all connections
PROBE_EVERY = timedelta(seconds=5)
SOME = 5000  # connections per statement, which can have at most 65,535 parameters
AHEAD = timedelta(seconds=3)  # slots are reserved no further ahead, since the process may be killed
CLOCK_SKEW = timedelta(minutes=1)  # a slot further ahead was set by a wrong clock


class Work(StrEnum):
    """The kinds of background work on connections."""

    CHECK = "check"
    REFRESH = "refresh"


def step(rate_limit: int) -> timedelta:
    """The time between two slots; each connection needs about one call to an endpoint."""
    return (WINDOW + ON_THE_WAY) / (rate_limit * BACKGROUND_SHARE)


def interval(connections: int, rate_limit: int) -> timedelta:
    """The time between checks of a connection: an hour, or longer if the rate limit requires it."""
    return max(EVERY, connections * step(rate_limit))


def checks(session: Session) -> list[Pace]:
    """The pace of checks of every provider with checks so far. One statement."""
    return list(session.scalars(select(Pace).where(Pace.work == Work.CHECK)))


def next_turn(session: Session, provider: str, rate_limit: int) -> datetime:
    """The time of the next check of a connection that was just checked, with jitter."""
    here = (Pace.provider == provider, Pace.work == Work.CHECK)
    connections = session.scalar(select(Pace.connections).where(*here)) or 0
    return now() + spread(interval(connections, rate_limit) * 0.95, 0.05)


def hold(session: Session, provider: str, work: Work) -> Pace:
    """The pace of this work; its row is locked until the caller's transaction ends."""
    begun = insert(Pace).values(provider=provider, work=work, next_slot_at=now())
    session.execute(begun.on_conflict_do_nothing())
    pace = session.scalars(
        select(Pace).where(Pace.provider == provider, Pace.work == work).with_for_update()
    ).one()
    if work is Work.CHECK and _is_long_ago(pace.counted_at):
        pace.connections = session.scalar(select(func.count()).where(*kept_alive(provider))) or 0
        pace.counted_at = now()
    return pace


def slots(pace: Pace, rate_limit: int, most: int) -> list[datetime]:
    """The next slots, at most ``most``; few while the provider is away."""
    between, moment = apart(pace, rate_limit), now()
    first = max(pace.next_slot_at, moment)
    if first - moment > AHEAD + between + CLOCK_SKEW:
        first = moment
    ahead = moment + AHEAD - first
    return [first + number * between for number in range(min(most, 1 + ahead // between))]


def _is_long_ago(counted_at: datetime | None) -> bool:
    """True if the count is outdated; also if its time is in the future, after a clock error."""
    return counted_at is None or abs(now() - counted_at) > COUNTED_EVERY


def apart(pace: Pace, rate_limit: int) -> timedelta:
    """The present time between two slots."""
    return PROBE_EVERY if is_away(pace) else step(rate_limit)


def is_away(pace: Pace) -> bool:
    """True if so many checks have failed in a row that the provider counts as away."""
    return pace.failures >= AWAY_AFTER


def away_since(session: Session, provider: str) -> datetime | None:
    """Since when a provider is away; None if it answers. One statement."""
    here = (Pace.provider == provider, Pace.work == Work.CHECK, Pace.failures >= AWAY_AFTER)
    return session.scalar(select(Pace.failing_since).where(*here))


def providers_away(session: Session) -> list[str]:
    """The providers that are away. One statement."""
    away = (Pace.work == Work.CHECK, Pace.failures >= AWAY_AFTER)
    return list(session.scalars(select(Pace.provider).where(*away)))


def kept_alive(provider: str) -> tuple[ColumnExpressionArgument[bool], ...]:
    """The filter for a provider's connections that background work applies to."""
    return (
        Connection.provider == provider,
        Connection.kept_alive,
    )


def note_failure(session: Session, provider: str, work: Work) -> None:
    """Count a failure. Commits."""
    here = update(Pace).where(Pace.provider == provider, Pace.work == work)
    since = func.coalesce(Pace.failing_since, now())
    session.execute(here.values(failures=Pace.failures + 1, failing_since=since))
    session.commit()


def note_answer(session: Session, provider: str, work: Work) -> None:
    """Reset the failures. If the provider had been away, what waited for it is due at once. Commits.

    If the process is killed in between, the rest is due after its back-off, within minutes.
    """
    here = (Pace.provider == provider, Pace.work == work)
    failures = select(Pace.failures).where(*here, Pace.failures > 0).with_for_update()
    before = session.scalar(failures) or 0
    if before:
        session.execute(update(Pace).where(*here).values(failures=0, failing_since=None))
    session.commit()
    if before >= AWAY_AFTER:
        _release(session, Connection.next_check_at, partial(_disturbed, session, provider))
        _release(session, Grant.next_refresh_at, partial(_unrefreshed, session, provider))


def _release(
    session: Session, due: InstrumentedAttribute[Any], batch: Callable[[int], Sequence[int]]
) -> None:
    """Let what waits be due now, in batches by id. Commits."""
    last = 0
    while found := batch(last):
        released = update(due.class_).where(due.class_.id.in_(found)).values({due: now()})
        session.execute(released.execution_options(synchronize_session=False))
        session.commit()
        last = found[-1]


def _disturbed(session: Session, provider: str, after: int) -> Sequence[int]:
    """A batch of disturbed or refused connections with ids above ``after``, locked."""
    disturbed = Connection.status.in_(UNREADABLE)
    waiting = or_(disturbed, Connection.doubted_at.is_not(None))
    return session.scalars(
        select(Connection.id)
        .where(
            *kept_alive(provider),
            waiting,
            Connection.next_check_at > now(),
            Connection.id > after,
        )
        .order_by(Connection.id)  # a common lock order, which prevents deadlocks
        .limit(SOME)
        .with_for_update()
    ).all()


def _unrefreshed(session: Session, provider: str, after: int) -> Sequence[int]:
    """A batch of grants whose last refresh failed, with ids above ``after``, locked."""
    return session.scalars(
        select(Grant.id)
        .where(
            Grant.provider == provider,
            Grant.state == GrantState.LIVING,
            Grant.refresh_tries > 0,
            Grant.doubted_at.is_(None),  # a refused token is not sent again at once
            Grant.next_refresh_at > now(),
            Grant.id > after,
        )
        .order_by(Grant.id)
        .limit(SOME)
        .with_for_update()
    ).all()
