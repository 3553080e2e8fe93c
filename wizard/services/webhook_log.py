"""How receivers of webhooks are doing, what was tried, sending again, and forgetting what is old."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, func, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload

from wizard.models import WebhookAttempt, WebhookMessage, WebhookReceiver, now
from wizard.services.webhook_delivery import hold_receiver
from wizard.services.webhooks import wake

PAGE = 50
MOST_COUNTED = 1000  # beyond that counting costs more than the number is worth
KEPT = timedelta(days=30)
SWEEP = 5000


@dataclass(frozen=True)
class ReceiverRow:
    """A receiver with what waits for it, counted to 1001 at most, and since when the first does."""

    receiver: WebhookReceiver
    waiting: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class ReceiverPage:
    """Some receivers, the newest first; ``after`` is the next page's cursor, None on the last."""

    rows: list[ReceiverRow]
    after: str | None


@dataclass(frozen=True)
class AttemptPage:
    """Some tries, the newest first; ``after`` is the next page's cursor, None on the last."""

    attempts: list[WebhookAttempt]
    after: int | None


def list_page(session: Session, after: str = "") -> ReceiverPage:
    """A page of receivers, in one statement; ``after`` is the last one's public id."""
    query = _rows().order_by(WebhookReceiver.id.desc()).limit(PAGE + 1)
    if after:
        last = select(WebhookReceiver.id).where(WebhookReceiver.public_id == after)
        query = query.where(WebhookReceiver.id < last.scalar_subquery())
    found = [ReceiverRow(*line) for line in session.execute(query)]
    rows = found[:PAGE]
    return ReceiverPage(rows, rows[-1].receiver.public_id if len(found) > PAGE else None)


def find_row(session: Session, public_id: str) -> ReceiverRow | None:
    """One receiver that has not ended, with what waits for it. One statement."""
    query = _rows().where(WebhookReceiver.public_id == public_id)
    found = session.execute(query).one_or_none()
    return ReceiverRow(*found) if found else None


def attempts(session: Session, receiver: WebhookReceiver, after: int | None = None) -> AttemptPage:
    """What was tried to a receiver, with its messages, in one statement; ``after`` is an attempt's id."""
    query = (
        select(WebhookAttempt)
        .where(WebhookAttempt.receiver_id == receiver.id)
        .order_by(WebhookAttempt.id.desc())
        .limit(PAGE + 1)
        .options(joinedload(WebhookAttempt.message))
    )
    if after:
        query = query.where(WebhookAttempt.id < after)
    found = list(session.scalars(query))
    page = found[:PAGE]
    return AttemptPage(page, page[-1].id if len(found) > PAGE else None)


def replay(session: Session, receiver: WebhookReceiver, public_id: str) -> bool:
    """Send one message again, with the id and number it has; False when there is none. Commits."""
    return _replay(session, receiver, WebhookMessage.public_id == public_id) > 0


def skip(session: Session, receiver: WebhookReceiver, public_id: str) -> bool:
    """Try one message no more, and forget that it failed; False when it does not wait. Commits.

    One that its receiver always refuses would otherwise pause it when nothing else is to be sent.
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
        receiver.failures = 0
        receiver.failing_since = receiver.rests_until = None
        if not receiver.paused_at:
            wake(session, receiver.id)
    session.commit()
    return skipped is not None


def replay_since(session: Session, receiver: WebhookReceiver, moment: datetime) -> int:
    """Send everything again that has happened since a moment, in its order; how many. Commits."""
    return _replay(session, receiver, WebhookMessage.at >= moment)


def forget_old(session: Session) -> int:
    """Delete messages and tries of more than thirty days, taken or not; how many, some at a time. Commits."""
    old = now() - KEPT
    tries = _some(session, WebhookAttempt, WebhookAttempt.at < old)
    messages = _some(session, WebhookMessage, WebhookMessage.at < old)
    session.commit()
    return tries + messages


def forget_receivers(session: Session) -> None:
    """Delete earlier secrets whose day is over, and ended receivers of whom nothing is left. Commits."""
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
    # In order, since only then the index is gone by where another receiver has much that waits.
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
    if chosen and not receiver.paused_at:
        receiver.rests_until = None  # somebody waits for it now
        wake(session, receiver.id)
    session.commit()
    return len(chosen)


def _some(
    session: Session, table: type[WebhookAttempt] | type[WebhookMessage], which: ColumnElement[bool]
) -> int:
    old = select(table.id).where(which).limit(SWEEP)
    gone = session.scalars(delete(table).where(table.id.in_(old)).returning(table.id)).all()
    return len(gone)
