"""Writing history: one line for what happened, never a secret."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from wizard.models import Actor, Connection, Event, EventKind, Invitation, User
from wizard.services.desk import funnel
from wizard.services.webhooks.announcing import announce

NOTE_LENGTH = 1000
API_KEY = "api_key_id"  # in a session's info: what it does, the platform does with this key


def record(
    session: Session,
    kind: EventKind,
    invitation: Invitation | None = None,
    *,
    connection: Connection | None = None,
    staff: User | None = None,
    actor: Actor = Actor.SYSTEM,
    cause: str | None = None,
    note: str | None = None,
    receivers: Sequence[Sequence[Any]] | None = None,
) -> Event:
    """Add a line for an invitation, a connection or both, announce and count it; the caller commits.

    ``receivers`` are those of ``announcing.receivers_of``, where the caller has asked for them.
    """
    subject = invitation or connection
    if subject is None:
        raise ValueError("an event is about an invitation or a connection")
    key_id = session.info.get(API_KEY)
    if key_id and actor is Actor.SYSTEM:
        actor = Actor.PLATFORM
    event = Event(
        kind=kind,
        actor=Actor.STAFF if staff else actor,
        user_id=staff.id if staff else None,
        api_key_id=key_id,
        company_id=subject.company_id,
        invitation_id=invitation.id if invitation else None,
        connection_id=connection.id if connection else None,
        cause=cause,
        note=note[:NOTE_LENGTH] if note else None,
    )
    session.add(event)
    announce(session, kind, invitation, connection, cause, note, receivers)
    if invitation:
        funnel.follow(session, kind, invitation, cause, note)
    return event
