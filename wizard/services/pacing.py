"""How fast the background may go through the connections of one provider, and when it should hold back.

The pace is shared by all processes: a row for each kind of work says when the next connection may be
taken. When one after another fails, the provider is away, and a few are tried now and then until it
answers.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wizard.models import Connection, ConnectionStatus, Pace, now
from wizard.services.backoff import spread
from wizard.services.budget import BACKGROUND_SHARE, ON_THE_WAY, WINDOW

EVERY = timedelta(hours=1)
COUNTED_EVERY = timedelta(minutes=10)
AWAY_AFTER = 8  # failures in a row, of any connections
PROBE_EVERY = timedelta(seconds=5)
SOME = 5000  # connections at a time; a statement can name no more than 65,535
AHEAD = timedelta(seconds=3)  # slots are not taken for longer: who took them may be killed
ASTRAY = timedelta(minutes=1)  # a slot so far beyond was set by a clock that has been put right


class Work(StrEnum):
    """What the background does with every connection."""

    CHECK = "check"
    REFRESH = "refresh"


def step(rate_limit: int) -> timedelta:
    """The time between two connections, each of which is a call or so to an endpoint."""
    return (WINDOW + ON_THE_WAY) / (rate_limit * BACKGROUND_SHARE)


def interval(connections: int, rate_limit: int) -> timedelta:
    """How often each of so many connections is checked: hourly, or as often as the rate allows."""
    return max(EVERY, connections * step(rate_limit))


def checks(session: Session) -> list[Pace]:
    """The pace of the checks at every provider that has had any. One statement."""
    return list(session.scalars(select(Pace).where(Pace.work == Work.CHECK)))


def next_turn(session: Session, provider: str, rate_limit: int) -> datetime:
    """When a connection that was checked just now should be checked again; never all at once."""
    here = (Pace.provider == provider, Pace.work == Work.CHECK)
    connections = session.scalar(select(Pace.connections).where(*here)) or 0
    return now() + spread(interval(connections, rate_limit) * 0.95, 0.05)


def hold(session: Session, provider: str, work: Work) -> Pace:
    """The pace of this work, its row held until the caller's transaction ends."""
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
    """The next moments at which a connection may be taken; seldom while the provider is away."""
    between, moment = apart(pace, rate_limit), now()
    first = max(pace.next_slot_at, moment)
    if first - moment > AHEAD + between + ASTRAY:
        first = moment
    ahead = moment + AHEAD - first
    return [first + number * between for number in range(min(most, 1 + ahead // between))]


def _is_long_ago(counted_at: datetime | None) -> bool:
    """Also when it was in what is the future by now."""
    return counted_at is None or abs(now() - counted_at) > COUNTED_EVERY


def apart(pace: Pace, rate_limit: int) -> timedelta:
    """The time between two connections now."""
    return PROBE_EVERY if is_away(pace) else step(rate_limit)


def is_away(pace: Pace) -> bool:
    """Whether so many have failed in a row that it is the provider's fault."""
    return pace.failures >= AWAY_AFTER


def away_since(session: Session, provider: str) -> datetime | None:
    """When the checks of a provider that is away began to fail; None when it answers. One statement."""
    here = (Pace.provider == provider, Pace.work == Work.CHECK, Pace.failures >= AWAY_AFTER)
    return session.scalar(select(Pace.failing_since).where(*here))


def kept_alive(provider: str) -> tuple[ColumnElement[bool], ...]:
    """The connections of a provider that there is anything to do for."""
    return (
        Connection.provider == provider,
        Connection.status != ConnectionStatus.DISCONNECTED,
        Connection.refresh_token.is_not(None),
    )


def note_failure(session: Session, provider: str, work: Work) -> None:
    """One more has failed in a row. Commits."""
    here = update(Pace).where(Pace.provider == provider, Pace.work == work)
    since = func.coalesce(Pace.failing_since, now())
    session.execute(here.values(failures=Pace.failures + 1, failing_since=since))
    session.commit()


def note_answer(session: Session, provider: str, work: Work) -> None:
    """The provider answers. If it had been away, what was disturbed is due at once. Commits.

    Killed in between, the rest is due when its back-off ends, within minutes.
    """
    here = (Pace.provider == provider, Pace.work == work, Pace.failures > 0)
    calm = update(Pace).where(*here).values(failures=0, failing_since=None).returning(Pace.id)
    ended = session.scalar(calm) is not None
    session.commit()
    last = 0
    while ended and (found := _disturbed(session, provider, last)):
        due = update(Connection).where(Connection.id.in_(found)).values(next_check_at=now())
        session.execute(due.execution_options(synchronize_session=False))
        session.commit()
        last = found[-1]


def _disturbed(session: Session, provider: str, after: int) -> Sequence[int]:
    """Some connections that wait for the provider to answer, by id beyond ``after``, and held."""
    waiting = (Connection.status == ConnectionStatus.DISTURBED, Connection.next_check_at > now())
    return session.scalars(
        select(Connection.id)
        .where(*kept_alive(provider), *waiting, Connection.id > after)
        .order_by(Connection.id)  # as everybody who locks many, so that none waits for another
        .limit(SOME)
        .with_for_update()
    ).all()
