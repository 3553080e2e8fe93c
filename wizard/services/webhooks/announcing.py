"""Creating webhook messages for an event, in the event's transaction.

Messages are stored together with the event, without a sequence number yet: no lock is taken that two
transactions could both need, so that none waits for another.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, Select, any_, func, literal, select
from sqlalchemy.orm import Session

from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    EventKind,
    Invitation,
    LetterKind,
    Standing,
    WebhookMessage,
    WebhookReceiver,
    WebhookType,
)
from wizard.services.concurrency.queue import DELIVER_WEBHOOKS, enqueue
from wizard.services.desk.keeping import once_sorted

AFTER_OTHERS = -10  # the priority of the jobs, below those that people wait for

# The events that receivers are sent, and the status after each.
TYPES = {
    EventKind.INVITATION_STARTED: (WebhookType.INVITATION_STARTED, "started"),
    EventKind.HANDED_OVER: (WebhookType.INVITATION_HANDED_OVER, "started"),
    EventKind.INVITATION_STUCK: (WebhookType.INVITATION_STUCK, "started"),
    EventKind.LETTER_BOUNCED: (WebhookType.INVITATION_BOUNCED, "sent"),
    EventKind.INVITATION_DECLINED: (WebhookType.INVITATION_DECLINED, "declined"),
    EventKind.INVITATION_EXPIRED: (WebhookType.INVITATION_EXPIRED, "expired"),
    EventKind.CONNECTED: (WebhookType.CONNECTION_ACTIVE, "active"),
    EventKind.RENEWED: (WebhookType.CONNECTION_ACTIVE, "active"),
    EventKind.RENEWAL_NEEDED: (WebhookType.CONNECTION_RENEWAL_NEEDED, "renewal_needed"),
    EventKind.DISTURBED: (WebhookType.CONNECTION_DISTURBED, "disturbed"),
    EventKind.RESTORED: (WebhookType.CONNECTION_RESTORED, "active"),
    EventKind.DISCONNECTED: (WebhookType.CONNECTION_ENDED, "disconnected"),
}


def announce(
    session: Session,
    kind: EventKind,
    invitation: Invitation | None,
    connection: Connection | None,
    cause: str | None,
    note: str | None = None,
    receivers: Sequence[Sequence[Any]] | None = None,
) -> None:
    """Store a message for each receiver that subscribes to the event. The caller commits.

    One small statement if there is none, and none at all if the caller knows ``receivers`` beforehand. Messages hold ids, the firm's own reference and status codes, no
    names or organisation numbers.
    """
    subject = invitation or connection
    if kind not in TYPES or subject is None or _is_of_staff(kind, note):
        return
    wanted, _ = TYPES[kind]
    status = _status(kind, invitation, connection)
    if receivers is None:
        with session.no_autoflush:  # the caller's rows may be incomplete
            receivers = session.execute(_subscribed(subject.company_id, wanted)).all()
    for receiver_id, paused_at, company_id, own_reference in receivers:
        facts = {
            "company_id": company_id,
            "own_reference": own_reference,
            "invitation_id": invitation.public_id if invitation else None,
            "connection_id": connection.public_id if connection else None,
            "status": status,
            "cause": cause,
        }
        data = {name: fact for name, fact in facts.items() if fact is not None}
        message = WebhookMessage(receiver_id=receiver_id, type=wanted, data=data)
        session.add(message)
        once_sorted(session, subject.company_id, partial(_add_move, message))
        if paused_at is None:
            wake(session, receiver_id)


def receivers_of(company_id: BindParameter[int], kind: EventKind) -> ScalarSelect[Any]:
    """A column of another statement: the receivers of an event of this company."""
    rows = _subscribed(company_id, TYPES[kind][0]).subquery()
    return select(func.json_agg(func.json_build_array(*rows.c))).scalar_subquery()


def _subscribed(
    company_id: int | BindParameter[int], wanted: WebhookType
) -> Select[int, datetime | None, str, str | None]:
    """Each receiver's id, whether it is paused, and what its messages say of the company."""
    return (
        select(
            WebhookReceiver.id,
            WebhookReceiver.paused_at,
            Company.public_id,
            Company.own_reference,
        )
        .join(Company, Company.firm_id == WebhookReceiver.firm_id)
        .where(
            Company.id == company_id,
            WebhookReceiver.ended_at.is_(None),
            literal(wanted.value) == any_(WebhookReceiver.types),
        )
        .order_by(WebhookReceiver.id)
    )


def _is_of_staff(kind: EventKind, note: str | None) -> bool:
    """Whether it is a letter to staff that bounced, which says nothing of the invitation."""
    return kind is EventKind.LETTER_BOUNCED and not LetterKind(note or "").invites


def _status(kind: EventKind, invitation: Invitation | None, connection: Connection | None) -> str:
    """The status after the event: that of the table, unless it depends on what it was before."""
    if kind is EventKind.LETTER_BOUNCED and invitation:
        return invitation.status.value
    if connection and connection.status is ConnectionStatus.OUR_FAULT:
        return connection.status.value
    return TYPES[kind][1]


def _add_move(message: WebhookMessage, standing: Standing) -> None:
    """Whose move it is once the event's transaction has decided it."""
    message.data = {**message.data, "move": standing.whose.value}


def wake(session: Session, receiver_id: int, at: datetime | None = None) -> None:
    """Enqueue delivery to a receiver, now or at a later time. The caller commits."""
    enqueue(session, DELIVER_WEBHOOKS, at=at, priority=AFTER_OTHERS, receiver_id=receiver_id)
