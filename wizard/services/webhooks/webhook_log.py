"""The log of webhooks: state of receivers, attempts, sending again, and deletion of old rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, func, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from wizard.models import AuditAction, WebhookAttempt, WebhookMessage, WebhookReceiver, now
from wizard.services.audit.trail import record
from wizard.services.pages import Page, number_in, older_than, read_page
from wizard.services.webhooks.announcing import wake
from wizard.services.webhooks.delivery_queue import hold_receiver
from wizard.services.webhooks.receivers import about_receiver

MOST_COUNTED = 1000  # counting stops here, since the exact number is not worth the cost
KEPT = timedelta(days=30)
SWEEP = 5000


@dataclass(frozen=True)
class ReceiverRow:
    """A receiver with the number of waiting messages (at most 1001), and since when the first waits."""

    receiver: WebhookReceiver
    waiting: int
    oldest_at: datetime | None


def list_page(session: Session, after: str = "") -> Page[ReceiverRow]:
    """A page of receivers, newest first, in one statement; ``after`` is a receiver's public id."""
    query = (
        _rows()
        .where(older_than(WebhookReceiver.public_id, after))
        .order_by(WebhookReceiver.id.desc())
    )
    return read_page(session, query, ReceiverRow, lambda row: row.receiver.public_id)


def find_row(session: Session, public_id: str) -> ReceiverRow | None:
    """A receiver that has not ended, with its waiting messages counted; else None. One statement."""
    query = _rows().where(WebhookReceiver.public_id == public_id)
    found = session.execute(query).one_or_none()
    return ReceiverRow(*found) if found else None


def attempts(session: Session, receiver: WebhookReceiver, after: str = "") -> Page[WebhookAttempt]:
    """A page of attempts, newest first, with their messages; ``after`` is an attempt's id.

    One statement.
    """
    query = (
        select(WebhookAttempt)
        .where(WebhookAttempt.receiver_id == receiver.id)
        .order_by(WebhookAttempt.id.desc())
        .options(joinedload(WebhookAttempt.message))
    )
    if last := number_in(after):
        query = query.where(WebhookAttempt.id < last)
    return read_page(session, query, lambda attempt: attempt, lambda attempt: attempt.id)


def replay(session: Session, receiver: WebhookReceiver, public_id: str) -> bool:
    """Make one message due again, with the same id and number; False if it does not exist. Commits."""
    return _replay(session, receiver, WebhookMessage.public_id == public_id) > 0


def skip(session: Session, receiver: WebhookReceiver, public_id: str) -> bool:
    """Skip a waiting message and reset its failures; False if it does not wait. Commits.

    A message that is always refused would otherwise pause the receiver when nothing else is sent.
    """
    hold_receiver(session, receiver.id)
    skipped = session.scalar(
        update(WebhookMessage)
        .where(
            WebhookMessage.receiver_id == receiver.id,
            WebhookMessage.public_id == public_id,
            WebhookMessage.taken_at.is_(None),
        )
        .values(taken_at=now())
        .returning(WebhookMessage.id)
    )
    if skipped:
        after = {"message": f"msg_{public_id}"}
        record(session, AuditAction.WEBHOOK_SKIPPED, about_receiver(receiver), after=after)
        receiver.failures = 0
        receiver.failing_since = receiver.rests_until = None
        if not receiver.paused_at:
            wake(session, receiver.id)
    session.commit()
    return skipped is not None


def replay_since(session: Session, receiver: WebhookReceiver, moment: datetime) -> int:
    """Make all messages since ``moment`` due again, in order; returns their number. Commits."""
    return _replay(session, receiver, WebhookMessage.at >= moment)


def forget_old(session: Session) -> int:
    """Delete a batch of messages and attempts older than thirty days; returns their number. Commits."""
    old = now() - KEPT
    tries = _some(session, WebhookAttempt, WebhookAttempt.at < old)
    messages = _some(session, WebhookMessage, WebhookMessage.at < old)
    session.commit()
    return tries + messages


def forget_receivers(session: Session) -> None:
    """Delete expired earlier secrets, and ended receivers without messages and attempts. Commits."""
    session.execute(
        update(WebhookReceiver)
        .where(WebhookReceiver.earlier_until <= now())
        .values(earlier_secret=None, earlier_until=None)
    )
    theirs = WebhookMessage.receiver_id == WebhookReceiver.id
    tried = WebhookAttempt.receiver_id == WebhookReceiver.id
    session.execute(
        delete(WebhookReceiver)
        .where(WebhookReceiver.ended_at < now() - KEPT, ~exists().where(theirs))
        .where(~exists().where(tried))
        .execution_options(synchronize_session=False)
    )
    session.commit()


def _rows() -> Select[WebhookReceiver, int, datetime]:
    # Sorted, since PostgreSQL otherwise does not use the index if another receiver has many messages.
    waits = (WebhookMessage.receiver_id == WebhookReceiver.id, WebhookMessage.taken_at.is_(None))
    in_order = select(WebhookMessage.id).where(*waits).order_by(WebhookMessage.sequence)
    some = in_order.limit(MOST_COUNTED + 1).correlate(WebhookReceiver)
    number = select(func.count()).select_from(some.subquery()).scalar_subquery()
    oldest = (
        select(WebhookMessage.at).where(*waits).order_by(WebhookMessage.sequence).limit(1)
    ).scalar_subquery()
    return (
        select(WebhookReceiver, number, oldest)
        .join(WebhookReceiver.firm)
        .where(WebhookReceiver.ended_at.is_(None))
        .options(contains_eager(WebhookReceiver.firm))
    )


def _replay(session: Session, receiver: WebhookReceiver, which: ColumnElement[bool]) -> int:
    hold_receiver(session, receiver.id)
    chosen = session.scalars(
        update(WebhookMessage)
        .where(WebhookMessage.receiver_id == receiver.id, which)
        .values(taken_at=None, tries=0, due_at=now())
        .returning(WebhookMessage.id)
        .execution_options(synchronize_session=False)
    ).all()
    if chosen:
        after = {"number": len(chosen)}
        record(session, AuditAction.WEBHOOK_SENT_AGAIN, about_receiver(receiver), after=after)
    if chosen and not receiver.paused_at:
        receiver.rests_until = None  # an admin waits for it now
        wake(session, receiver.id)
    session.commit()
    return len(chosen)


def _some(
    session: Session, table: type[WebhookAttempt] | type[WebhookMessage], which: ColumnElement[bool]
) -> int:
    old = select(table.id).where(which).limit(SWEEP)
    gone = session.scalars(delete(table).where(table.id.in_(old)).returning(table.id)).all()
    return len(gone)
