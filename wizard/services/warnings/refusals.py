"""Whether a refusal is to be believed: of one connection at the second reading, of many after an hour.

What a provider says of a connection that lives may be a fault of its own, for some seconds or for
everybody. So it counts when a second reading, minutes later, says the same. Many that are refused at
once are held as an outage: nothing is ended, and no firm is told, until an hour has shown otherwise.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from wizard.causes import Cause
from wizard.models import Connection, Grant, GrantState, Outage, OutageKind, now
from wizard.services.concurrency.backoff import spread

SECOND_READING = timedelta(minutes=3)  # at the least after the first
NEXT_READING = timedelta(minutes=4)  # three to five
VAGUE_FOR = timedelta(minutes=30)  # a number that is missing says less than one that is another
LATELY = timedelta(minutes=10)  # what was refused longer ago is another matter
HELD_FOR = timedelta(hours=1)
COUNTED_FOR = HELD_FOR + LATELY
BELIEVED_FOR = timedelta(hours=6)  # after an hour that has shown otherwise
MANY = 5  # people or companies: fewer are refused for reasons of their own,
SHARE = 5  # as are fewer than one in five of those read meanwhile


@dataclass(frozen=True)
class Refused:
    """How many connections or grants of a provider wait for another reading, and when they began to."""

    number: int
    since: datetime


def next_reading() -> datetime:
    """When to read once more what has been refused."""
    return now() + spread(NEXT_READING, 0.25)


def is_confirmed(session: Session, provider: str, since: datetime, *, vague: bool = False) -> bool:
    """True if a refusal first seen at ``since``, and again just now, is to be believed."""
    least = VAGUE_FOR if vague else SECOND_READING
    return now() - since >= least and not is_held(session, provider)


def is_held(session: Session, provider: str) -> bool:
    """True while so many are refused at once that the provider, and not they, is the likely reason."""
    last = session.execute(
        select(Outage.began_at, Outage.ended_at)
        .where(Outage.provider == provider, Outage.kind == OutageKind.REFUSED)
        .order_by(Outage.id.desc())
        .limit(1)
    ).one_or_none()
    if last:
        until = last.began_at + HELD_FOR
        if last.ended_at is None:
            return bool(now() < until)
        if last.ended_at >= until and last.ended_at > now() - BELIEVED_FOR:
            return False
    return many(session, provider) is not None


def held_until(outage: Outage) -> datetime:
    """When what is still refused is believed."""
    return outage.began_at + HELD_FOR


def held_providers() -> ColumnElement[bool]:
    """The filter for connections whose provider refuses many at once."""
    held = select(Outage.provider).where(
        Outage.kind == OutageKind.REFUSED,
        Outage.ended_at.is_(None),
        Outage.began_at > now() - HELD_FOR,
    )
    return Connection.provider.in_(held)


def many(session: Session, provider: str) -> Refused | None:
    """What a provider refuses, if it refuses many at once; None if not. Six statements at most."""
    return _many_read(session, provider) or _many_refreshed(session, provider)


def _many_read(session: Session, provider: str) -> Refused | None:
    """Connections whose last reading gave a cause, confirmed or not; of one approver once, if it may be hers."""
    of_approver = Connection.doubted_cause == Cause.APPROVER_GONE
    row = cast(Connection.id, String)
    approver = func.coalesce(func.lower(Connection.approver_email), row)
    doubted = select(
        case((of_approver, approver), else_=row).label("person"),
        Connection.doubted_at.label("at"),
    ).where(
        Connection.provider == provider,
        Connection.doubted_at > now() - COUNTED_FOR,
        Connection.kept_alive,
    )
    read = select(Connection.id).where(
        Connection.provider == provider, Connection.doubted_at.is_(None), Connection.kept_alive
    )
    return _many_of(session, doubted, read, Connection.last_read_at)


def _many_refreshed(session: Session, provider: str) -> Refused | None:
    """Grants whose last refresh was refused; a changed password ends all of one person's at once."""
    here = (Grant.provider == provider, Grant.state == GrantState.LIVING)
    holder = func.coalesce(func.lower(Grant.holder), cast(Grant.id, String))
    doubted = select(holder.label("person"), Grant.doubted_at.label("at")).where(
        *here, Grant.doubted_at > now() - COUNTED_FOR
    )
    return _many_of(session, doubted, select(Grant.id).where(*here), Grant.refreshed_at)


def _many_of(
    session: Session,
    doubted: Select[Any, Any],
    fine: Select[int],
    last: InstrumentedAttribute[datetime],
) -> Refused | None:
    """The doubted, unless the newest of them are few, or few beside those that went well meanwhile.

    Only the newest ``MANY`` are compared: an older doubt may have a reason of its own.
    """
    newest = doubted.subquery()
    each = (
        select(func.max(newest.c.at).label("at"))
        .group_by(newest.c.person)
        .order_by(func.max(newest.c.at).desc())
        .limit(MANY)
        .subquery()
    )
    apart, since = session.execute(select(func.count(), func.min(each.c.at))).one()
    if apart < MANY:
        return None
    enough = MANY * (SHARE - 1) + 1
    went_well = fine.where(last > since).limit(enough).subquery()
    if session.scalar(select(func.count()).select_from(went_well)) == enough:
        return None
    lately = case((newest.c.at > now() - LATELY, newest.c.at))
    number, began_at = session.execute(
        select(func.count(), func.min(lately)).select_from(newest)
    ).one()
    return Refused(number, began_at or since)
