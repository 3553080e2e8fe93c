"""Whether background work is done: when a worker last answered, and how long what is due has waited."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    DateTime,
    column,
    func,
    select,
    table,
    true,
)
from sqlalchemy.orm import Session

from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Connection,
    Grant,
    GrantState,
    Letter,
    LetterStatus,
    Pace,
    WebhookMessage,
    WebhookReceiver,
    now,
)
from wizard.services.grants.state import REFRESH_AHEAD
from wizard.services.throttling.pacing import AWAY_AFTER

SILENT = timedelta(seconds=60)  # a worker that lives answers every ten seconds
LATE = timedelta(minutes=15)  # then something due has waited too long
LATE_REFRESH = REFRESH_AHEAD / 2  # while there is still time before access ends
WORKERS = table(
    "procrastinate_workers",
    column("last_heartbeat", DateTime(timezone=True)),
    schema="procrastinate",
)


@dataclass(frozen=True)
class Pulse:
    """How background work is; ``waiting`` is how long the oldest that is due of each sort has waited.

    ``held_back`` are the sorts of which little is done on purpose, since a provider is away.
    """

    at: datetime
    answered_at: datetime | None
    workers: int
    waiting: dict[str, timedelta]
    held_back: frozenset[str] = frozenset()

    @property
    def is_alive(self) -> bool:
        """Whether a worker has answered within a minute."""
        return self.answered_at is not None and self.at - self.answered_at <= SILENT

    @property
    def seconds(self) -> int:
        """How long ago a worker answered; 0 when none ever did."""
        return max(0, int((self.at - self.answered_at).total_seconds())) if self.answered_at else 0

    @property
    def late(self) -> dict[str, timedelta]:
        """What has waited too long, and not because it is held back."""
        late = {sort: waited for sort, waited in self.waiting.items() if waited > _longest(sort)}
        return {sort: waited for sort, waited in late.items() if sort not in self.held_back}


def _longest(sort: str) -> timedelta:
    return LATE_REFRESH if sort == "refresh" else LATE


def pulse(session: Session) -> Pulse:
    """How background work is now. One statement."""
    lately = WORKERS.c.last_heartbeat > func.now() - SILENT
    oldest = _oldest()
    row = session.execute(
        select(
            func.clock_timestamp(),
            select(func.max(WORKERS.c.last_heartbeat)).scalar_subquery(),
            select(func.count()).select_from(WORKERS).where(lately).scalar_subquery(),
            _held_back(),
            *oldest.values(),
        )
    ).one()
    due = {sort: since for sort, since in zip(oldest, row[4:], strict=True) if since is not None}
    moment = now()
    waiting = {sort: moment - since for sort, since in due.items() if since <= moment}
    return Pulse(row[0], row[1], row[2], waiting, frozenset(row[3] or ()))


def _held_back() -> ColumnElement[list[str]]:
    """The sorts of work whose provider is away, and that are tried now and then all the same."""
    tried = Pace.next_slot_at > now() - LATE
    away = select(func.array_agg(Pace.work)).where(Pace.failures >= AWAY_AFTER, tried)
    return away.scalar_subquery()


def _oldest() -> dict[str, ColumnElement[datetime]]:
    """When the first of each sort of work is due, each found by an index."""
    open_authorization = Authorization.status.in_(
        [AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING]
    )
    return {
        "check": _first(Connection.next_check_at, Connection.kept_alive),
        "refresh": _first(Grant.next_refresh_at, Grant.state == GrantState.LIVING),
        "revocation": _first(Grant.next_revoke_at, Grant.state == GrantState.TO_BE_REVOKED),
        "authorization": _first(Authorization.next_try_at, open_authorization),
        "letter": _first(Letter.due_at, Letter.status == LetterStatus.WAITING),
        "webhook": _first_webhook(),
    }


def _first_webhook() -> ColumnElement[datetime]:
    """Of each receiver that is neither paused nor at rest, the message whose turn it is."""
    waiting = (
        select(WebhookMessage.due_at)
        .where(WebhookMessage.receiver_id == WebhookReceiver.id, WebhookMessage.taken_at.is_(None))
        .order_by(WebhookMessage.sequence)
        .limit(1)
        .lateral()
    )
    due = func.greatest(waiting.c.due_at, WebhookReceiver.rests_until)
    told = (WebhookReceiver.paused_at.is_(None), WebhookReceiver.ended_at.is_(None))
    return (
        select(func.min(due))
        .select_from(WebhookReceiver)
        .join(waiting, true())
        .where(*told)
        .scalar_subquery()
    )


def _first(due: object, *which: ColumnExpressionArgument[bool]) -> ColumnElement[datetime]:
    return select(func.min(due)).where(*which).scalar_subquery()


SORTS = tuple(_oldest())
