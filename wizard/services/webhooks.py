"""Announcing what has happened to the receivers of webhooks, in the transaction in which it happens.

The messages stand in the database when the event does, without a number and without waiting for
anybody: no lock is taken that two transactions could want, so none of them waits for the other.
"""

from datetime import datetime

from sqlalchemy import any_, literal, select
from sqlalchemy.orm import Session

from wizard.models import (
    Company,
    Connection,
    EventKind,
    Invitation,
    WebhookMessage,
    WebhookReceiver,
    WebhookType,
)
from wizard.services.queue import DELIVER_WEBHOOKS, enqueue

AFTER_OTHERS = -10  # of jobs: people wait for the others

# What the platform is told of, and the status that follows from it.
TYPES = {
    EventKind.INVITATION_STARTED: (WebhookType.INVITATION_STARTED, "started"),
    EventKind.HANDED_OVER: (WebhookType.INVITATION_HANDED_OVER, "started"),
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
) -> None:
    """Leave a message for each receiver that wants to know; the caller commits.

    One small statement, when nobody does. The message holds ids and words, nobody's name or number.
    """
    subject = invitation or connection
    if kind not in TYPES or subject is None:
        return
    wanted, status = TYPES[kind]
    with session.no_autoflush:  # the caller's rows may be half made
        found = session.execute(
            select(WebhookReceiver.id, WebhookReceiver.paused_at, Company.public_id)
            .join(Company, Company.firm_id == WebhookReceiver.firm_id)
            .where(
                Company.id == subject.company_id,
                WebhookReceiver.ended_at.is_(None),
                literal(wanted.value) == any_(WebhookReceiver.types),
            )
            .order_by(WebhookReceiver.id)
        ).all()
    for receiver_id, paused_at, company_id in found:
        facts = {
            "company_id": company_id,
            "invitation_id": invitation.public_id if invitation else None,
            "connection_id": connection.public_id if connection else None,
            "status": status,
            "cause": cause,
        }
        data = {name: fact for name, fact in facts.items() if fact is not None}
        session.add(WebhookMessage(receiver_id=receiver_id, type=wanted, data=data))
        if paused_at is None:
            wake(session, receiver_id)


def wake(session: Session, receiver_id: int, at: datetime | None = None) -> None:
    """Let the background deliver to a receiver, now or at a later moment. The caller commits."""
    enqueue(session, DELIVER_WEBHOOKS, at=at, priority=AFTER_OTHERS, receiver_id=receiver_id)
