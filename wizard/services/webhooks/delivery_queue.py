"""The delivery queue of a receiver: take a message, send it, settle it; safe to kill between steps.

Each receiver gets one message at a time, the due one with the lowest sequence number. Numbers are
assigned under the receiver's lock when a message is first seen here, in the order of storage: 1, 2, 3
and so on without gaps. For one connection or invitation that is the order of events, since their
transactions wait for each other.

After a failure both the receiver and the message wait, no shorter than the receiver asked. The first three waits are equal, so that the
order is kept for 35 minutes; then other messages overtake. When a receiver accepts a message after
three or more failures, all waiting messages are due.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from wizard.models import (
    LetterKind,
    PauseReason,
    WebhookAttempt,
    WebhookMessage,
    WebhookOutcome,
    WebhookReceiver,
    WebhookType,
    now,
)
from wizard.services import outbox
from wizard.services.concurrency.backoff import spread
from wizard.services.concurrency.queue import DELIVER_WEBHOOKS, enqueue
from wizard.services.crypto.vault import Vault
from wizard.services.webhooks.announcing import AFTER_OTHERS, wake

LEASE = timedelta(seconds=60)  # longer than any call
SHORT = (timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30))
PAUSES = (*SHORT, *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)))
JITTER = 0.1
OUTAGE = 3  # failures in a row that mean that the receiver is down
PATIENCE = timedelta(days=3)
SWEEP = 500
NUMBERED = 1000  # per turn, since a receiver that resumes after weeks may have a million messages


@dataclass(frozen=True)
class DeliveryResult:
    """The result of one call; ``status`` is the HTTP status, None without a response.

    ``wait`` is how long the receiver asked us to wait before the next call; None if it did not.
    """

    outcome: WebhookOutcome
    status: int | None
    milliseconds: int
    excerpt: str | None
    wait: timedelta | None = None


@dataclass(frozen=True)
class Delivery:
    """A message to send now; until ``claim``, no other process sends to this receiver."""

    receiver_id: int
    message_id: int
    public_id: str
    url: str
    type: WebhookType
    at: datetime
    sequence: int | None
    data: dict[str, Any]
    claim: datetime
    secrets: list[str] = field(repr=False)


def take(session: Session, vault: Vault, receiver_id: int) -> Delivery | None:
    """Claim the receiver's next message for a minute; None if none is due. Commits.

    Raises SealBrokenError if the signing secret cannot be decrypted.
    """
    receiver = hold_receiver(session, receiver_id)
    if receiver is None or not _may_be_sent_to(receiver):
        session.rollback()
        return None
    _number(session, receiver)
    message = _next(session, receiver)
    delivery = None
    if message:
        receiver.claimed_until = now() + LEASE
        delivery = Delivery(
            receiver_id=receiver.id,
            message_id=message.id,
            public_id=message.public_id,
            url=receiver.url,
            type=message.type,
            at=message.at,
            sequence=message.sequence,
            data=message.data,
            claim=receiver.claimed_until,
            secrets=signing_secrets(vault, receiver),
        )
    session.commit()
    return delivery


def settle(
    session: Session, delivery: Delivery, answer: DeliveryResult, operator: str = ""
) -> PauseReason | None:
    """Record the result; returns the reason if the receiver is now paused because of it. Commits.

    A pause is mailed to ``operator``, or to the firm if that is empty.
    """
    receiver = hold_receiver(session, delivery.receiver_id)
    message = session.get(WebhookMessage, delivery.message_id, populate_existing=True)
    if receiver is None or message is None:  # deleted meanwhile
        session.rollback()
        return None
    note_attempt(session, receiver, answer, message)
    if answer.outcome is WebhookOutcome.TAKEN:
        _taken(session, receiver, message)
        paused = None
    else:
        paused = _failed(session, receiver, message, answer)
    if paused:
        _tell(session, receiver, operator)
    if receiver.claimed_until == delivery.claim:
        receiver.claimed_until = None
    session.commit()
    return paused


def note_attempt(
    session: Session,
    receiver: WebhookReceiver,
    answer: DeliveryResult,
    message: WebhookMessage | None = None,
) -> None:
    """Log an attempt; a test has no message. The caller commits."""
    session.add(
        WebhookAttempt(
            receiver_id=receiver.id,
            message_id=message.id if message else None,
            outcome=answer.outcome,
            status=answer.status,
            milliseconds=answer.milliseconds,
            excerpt=answer.excerpt,
        )
    )


def put_off(session: Session, receiver_id: int) -> None:
    """Postpone a receiver whose messages cannot be built, which is our fault. Commits."""
    receiver = hold_receiver(session, receiver_id)
    if receiver:
        receiver.rests_until = now() + SHORT[-1]
    session.commit()


def take_up_due(session: Session) -> int:
    """Enqueue every receiver with due messages, in case its job was lost; returns their number. Commits."""
    waiting = select(WebhookMessage.id).where(
        WebhookMessage.receiver_id == WebhookReceiver.id, *_due()
    )
    due = session.scalars(
        select(WebhookReceiver.id)
        .where(
            WebhookReceiver.ended_at.is_(None),
            WebhookReceiver.paused_at.is_(None),
            _is_past(WebhookReceiver.claimed_until),
            _is_past(WebhookReceiver.rests_until),
            waiting.exists(),
        )
        .order_by(WebhookReceiver.id)
        .limit(SWEEP)
    ).all()
    for receiver_id in due:
        enqueue(
            session,
            DELIVER_WEBHOOKS,
            once=f"{DELIVER_WEBHOOKS}:{receiver_id}",
            priority=AFTER_OTHERS,
            receiver_id=receiver_id,
        )
    session.commit()
    return len(due)


def signing_secrets(vault: Vault, receiver: WebhookReceiver) -> list[str]:
    """The decrypted signing secrets: the current one, and the earlier one while it is valid."""
    secrets = [vault.open(receiver.secret or "", receiver, "secret")]
    if receiver.earlier_secret and receiver.earlier_until and receiver.earlier_until > now():
        secrets.append(vault.open(receiver.earlier_secret, receiver, "earlier_secret"))
    return secrets


def hold_receiver(session: Session, receiver_id: int) -> WebhookReceiver | None:
    """Lock a receiver until the transaction ends, and reload it; None if it has ended.

    FOR NO KEY UPDATE: announcements insert rows that refer to it and must not wait.
    """
    return session.scalar(
        select(WebhookReceiver)
        .where(WebhookReceiver.id == receiver_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def make_due(session: Session, receiver: WebhookReceiver) -> None:
    """Make all waiting messages of the receiver due now. The caller commits."""
    session.execute(
        update(WebhookMessage)
        .where(
            WebhookMessage.receiver_id == receiver.id,
            WebhookMessage.taken_at.is_(None),
            WebhookMessage.due_at > now(),
        )
        .values(due_at=now())
    )
    receiver.failures = 0
    receiver.failing_since = receiver.rests_until = None


def _may_be_sent_to(receiver: WebhookReceiver) -> bool:
    closed = receiver.ended_at or receiver.paused_at
    waits = (receiver.claimed_until, receiver.rests_until)
    return not closed and all(moment is None or moment <= now() for moment in waits)


def _is_past(column: Any) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= now())


def _due() -> tuple[ColumnElement[bool], ...]:
    return WebhookMessage.taken_at.is_(None), WebhookMessage.due_at <= now()


def _number(session: Session, receiver: WebhookReceiver) -> None:
    """Assign sequence numbers to a batch of new messages, oldest first."""
    mine = (WebhookMessage.receiver_id == receiver.id, WebhookMessage.sequence.is_(None))
    oldest = select(WebhookMessage.id).where(*mine).order_by(WebhookMessage.id).limit(NUMBERED)
    new = oldest.subquery()
    placed = select(new.c.id, func.row_number().over(order_by=new.c.id).label("place")).subquery()
    numbered = session.scalars(
        update(WebhookMessage)
        .where(WebhookMessage.id == placed.c.id)
        .values(sequence=receiver.last_sequence + placed.c.place)
        .returning(WebhookMessage.id)
        .execution_options(synchronize_session=False)
    ).all()
    receiver.last_sequence += len(numbered)


def _next(session: Session, receiver: WebhookReceiver) -> WebhookMessage | None:
    return session.scalar(
        select(WebhookMessage)
        .where(WebhookMessage.receiver_id == receiver.id, *_due())
        .order_by(WebhookMessage.sequence)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _taken(session: Session, receiver: WebhookReceiver, message: WebhookMessage) -> None:
    message.taken_at = receiver.last_taken_at = now()
    if receiver.failures >= OUTAGE:
        session.flush()
        make_due(session, receiver)
    receiver.failures = 0
    receiver.failing_since = receiver.rests_until = None


def _failed(
    session: Session,
    receiver: WebhookReceiver,
    message: WebhookMessage,
    answer: DeliveryResult,
) -> PauseReason | None:
    """Postpone the message and the receiver, or pause the receiver if a retry is hopeless."""
    share = spread(
        timedelta(seconds=1), JITTER
    ).total_seconds()  # the same jitter for both, which keeps the order
    asked = answer.wait or timedelta()
    message.tries += 1
    message.due_at = now() + max(asked, share * PAUSES[min(message.tries, len(PAUSES)) - 1])
    receiver.failures += 1
    receiver.failing_since = receiver.failing_since or now()
    rest = share * SHORT[min(receiver.failures, len(SHORT)) - 1]
    receiver.rests_until = now() + max(asked, rest)
    if answer.outcome is WebhookOutcome.GONE:
        return _pause(receiver, PauseReason.GONE)
    if now() - receiver.failing_since >= PATIENCE:
        return _pause(receiver, PauseReason.DEAD)
    wake(session, receiver.id, at=receiver.rests_until)
    return None


def _tell(session: Session, receiver: WebhookReceiver, operator: str) -> None:
    kind, topic = LetterKind.WEBHOOK_PAUSED, receiver.public_id
    if operator:
        outbox.post_to_operator(session, kind, operator, topic=topic)
    else:
        outbox.post_to_firm(session, kind, receiver.firm, topic=topic)


def _pause(receiver: WebhookReceiver, reason: PauseReason) -> PauseReason | None:
    """Pause the receiver; returns the reason unless it was paused already."""
    if receiver.paused_at:
        return None
    receiver.paused_at = now()
    receiver.paused_why = reason
    return reason
