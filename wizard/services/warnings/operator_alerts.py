"""Alerts to the operator about faults on our side: once a day for each cause, and at once when it gets worse."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from wizard.causes import ALERTING, Cause
from wizard.models import (
    UNREADABLE,
    Authorization,
    Connection,
    Letter,
    LetterKind,
    LetterStatus,
    Reader,
    now,
)
from wizard.services import outbox
from wizard.services.concurrency.locks import takes_turn

AGAIN_AFTER = timedelta(days=1)
APART = timedelta(hours=1)  # between two letters about a fault that spreads
RISE = 10  # connections since the last letter: then as many as before it, at least


@dataclass(frozen=True)
class Operator:
    """The mail addresses of the operator and the deputy; empty if not configured."""

    email: str = ""
    deputy: str = ""


@dataclass(frozen=True)
class FaultEvidence:
    """What a fault of ours did within a day: attempts it stopped, connections it holds, the last answer."""

    cause: str
    attempts: int
    connections: int
    code: str | None
    error_id: str | None


def watch(session: Session, operator: Operator) -> None:
    """Mail the operator about faults that only the operator can fix. Commits."""
    if operator.email and takes_turn(session, "alerts"):
        for cause in ALERTING:
            _look_for(session, cause, operator)
        _tell_deputy_of_bounces(session, operator)
    session.commit()


def evidence(session: Session, cause: Cause, moment: datetime) -> FaultEvidence:
    """What there is of a cause, in the day before a moment. Three statements at most."""
    lately = Authorization.ended_at > moment - AGAIN_AFTER
    waiting = Authorization.ended_at.is_(None)  # tried again until it is mended
    attempts, authorization_id = session.execute(
        select(func.count(), func.max(Authorization.id)).where(
            Authorization.cause == cause, or_(lately, waiting)
        )
    ).one()
    connections, connection_id = session.execute(
        select(func.count(), func.max(Connection.id)).where(
            Connection.status.in_(UNREADABLE), Connection.cause == cause
        )
    ).one()
    last = _last(session, connection_id, authorization_id)
    return FaultEvidence(
        cause=cause.value,
        attempts=attempts,
        connections=connections,
        code=last.provider_code if last else None,
        error_id=last.provider_error_id if last else None,
    )


def _last(
    session: Session, connection_id: int | None, authorization_id: int | None
) -> Connection | Authorization | None:
    if connection_id:
        return session.get_one(Connection, connection_id)
    return session.get_one(Authorization, authorization_id) if authorization_id else None


def _look_for(session: Session, cause: Cause, operator: Operator) -> None:
    told_at = session.scalar(
        select(func.max(Letter.created_at)).where(
            Letter.invitation_id.is_(None),
            Letter.kind == LetterKind.NEEDS_US,
            Letter.topic == cause,
            Letter.created_at > now() - AGAIN_AFTER,
        )
    )
    if told_at is not None and not _has_risen(session, cause, told_at):
        return
    found = evidence(session, cause, now())
    if found.attempts or found.connections:
        outbox.post_to_operator(session, LetterKind.NEEDS_US, operator.email, topic=cause.value)


def _has_risen(session: Session, cause: Cause, told_at: datetime) -> bool:
    """Whether the fault has at least doubled since it was told of, an hour ago or more."""
    if told_at > now() - APART:
        return False
    since = Connection.status_since > told_at
    new, old = session.execute(
        select(func.count().filter(since), func.count().filter(~since)).where(
            Connection.status.in_(UNREADABLE), Connection.cause == cause
        )
    ).one()
    return bool(new >= max(RISE, old))


def _tell_deputy_of_bounces(session: Session, operator: Operator) -> None:
    """Mail the deputy, once, what bounced for the operator."""
    if not operator.deputy or operator.deputy == operator.email:
        return
    copy = aliased(Letter)
    bounced = session.scalars(
        select(Letter).where(
            Letter.invitation_id.is_(None),
            Letter.kind.in_([kind for kind in LetterKind if kind.to is Reader.OPERATOR]),
            Letter.status == LetterStatus.BOUNCED,
            Letter.recipient == operator.email,
            Letter.created_at > now() - AGAIN_AFTER,
            ~exists().where(copy.about_id == Letter.id, copy.invitation_id.is_(None)),
        )
    ).all()
    for letter in bounced:
        outbox.post_to_operator(
            session, letter.kind, operator.deputy, topic=letter.topic, about=letter
        )
