"""How a connection came to its end: when, by whom, and what the provider has said of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from wizard.models import (
    Actor,
    Company,
    Connection,
    Consent,
    Event,
    EventKind,
    Grant,
    GrantState,
    Role,
    User,
)

LAST_DAY = "last_day"  # the note of an end that nobody asked for: the consent was until then


class HandedBack(StrEnum):
    """What became of the grant at the provider."""

    NOTHING = "nothing"  # it had ended there before
    PENDING = "pending"
    CONFIRMED = "confirmed"
    GIVEN_UP = "given_up"


HANDED_BACK = {
    GrantState.TO_BE_REVOKED: HandedBack.PENDING,
    GrantState.REVOKED: HandedBack.CONFIRMED,
    GrantState.DEAD: HandedBack.GIVEN_UP,
}


@dataclass(frozen=True)
class Ending:
    """``by`` is approver, firm, operator or platform: a role and no name; or date, when the last day had passed."""

    provider: str
    at: datetime
    by: str
    handed_back: HandedBack
    confirmed_at: datetime | None


def of_connection(session: Session, public_id: str) -> Ending | None:
    """How this connection ended; None while it lives. One statement."""
    return _ending(session.execute(_ends().where(Connection.public_id == public_id)).first())


def newest_of(session: Session, company: Company) -> Ending | None:
    """How the company's last connection ended; None when none has. One statement."""
    ended = _ends().where(Connection.company_id == company.id).order_by(Connection.id.desc())
    return _ending(session.execute(ended.limit(1)).first())


def of_invitation(session: Session, invitation_id: int) -> Ending | None:
    """How the connection that this invitation led to ended. One statement."""
    ended = _ends().where(Connection.invitation_id == invitation_id)
    return _ending(session.execute(ended.order_by(Connection.id.desc()).limit(1)).first())


def newest_consent(session: Session, connection_id: int) -> Consent | None:
    """What a connection rests on: the last that was approved."""
    return session.scalar(
        select(Consent)
        .where(Consent.connection_id == connection_id)
        .order_by(Consent.id.desc())
        .limit(1)
    )


def _ends() -> Select[Connection, Event, Role, GrantState, datetime | None]:
    of_it = (Event.connection_id == Connection.id) & (Event.kind == EventKind.DISCONNECTED)
    return (
        select(Connection, Event, User.role, Grant.state, Grant.revoked_at)
        .outerjoin(Grant, Grant.id == Connection.grant_id)
        .outerjoin(Event, of_it)
        .outerjoin(User, User.id == Event.user_id)
        .where(~Connection.is_living)
    )


def _ending(
    line: Row[Connection, Event, Role, GrantState, datetime | None] | None,
) -> Ending | None:
    if line is None:
        return None
    connection, event, role = line[0], line[1], line[2]
    by = {Actor.APPROVER: "approver", Actor.PLATFORM: "platform"}.get(
        event.actor if event else Actor.SYSTEM, "operator"
    )
    return Ending(
        provider=connection.provider,
        at=connection.ended_at or connection.status_since,
        by="date" if event and event.note == LAST_DAY else "firm" if role is Role.MEMBER else by,
        handed_back=HANDED_BACK.get(line[3], HandedBack.NOTHING),
        confirmed_at=line[4],
    )
