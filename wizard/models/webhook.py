"""Receivers of webhooks, the messages each is to have, and how every try to deliver them went."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id, words
from wizard.models.firm import Firm


class WebhookType(StrEnum):
    """What a message is about; the words stand in its body."""

    INVITATION_STARTED = "invitation.started"
    INVITATION_HANDED_OVER = "invitation.handed_over"
    INVITATION_STUCK = "invitation.stuck"
    INVITATION_BOUNCED = "invitation.bounced"
    INVITATION_DECLINED = "invitation.declined"
    INVITATION_EXPIRED = "invitation.expired"
    CONNECTION_ACTIVE = "connection.active"
    CONNECTION_RENEWAL_NEEDED = "connection.renewal_needed"
    CONNECTION_DISTURBED = "connection.disturbed"
    CONNECTION_RESTORED = "connection.restored"
    CONNECTION_ENDED = "connection.ended"
    TEST = "test"


class WebhookOutcome(StrEnum):
    """What became of one try; only the first is a delivery."""

    TAKEN = "taken"
    REFUSED = "refused"  # answered with another status than 2xx
    REDIRECTED = "redirected"
    GONE = "gone"
    TOO_SLOW = "too_slow"
    UNREACHABLE = "unreachable"
    NAME_UNKNOWN = "name_unknown"
    PRIVATE_ADDRESS = "private_address"
    NOT_TRUSTED = "not_trusted"  # the certificate
    NOT_HTTP = "not_http"

    @property
    def is_success(self) -> bool:
        """Whether the receiver has the message."""
        return self is WebhookOutcome.TAKEN


class PauseReason(StrEnum):
    """Why a receiver is sent nothing for now."""

    BY_HAND = "by_hand"
    GONE = "gone"  # it answered that it is no more
    DEAD = "dead"  # nothing was taken for days


class WebhookReceiver(Base):
    """An address of the platform that is told what happens to a firm's companies."""

    __tablename__ = "webhook_receivers"
    __table_args__ = (Index("ix_webhook_receivers_firm_id", "firm_id", "id"),)

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    url: Mapped[str]
    description: Mapped[str]
    types: Mapped[list[str]] = mapped_column(ARRAY(String))  # of WebhookType
    secret: Mapped[str | None]  # sealed with this row's id, as is the earlier one
    earlier_secret: Mapped[str | None]  # signs beside the new one until…
    earlier_until: Mapped[datetime | None]
    secret_shown_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    paused_at: Mapped[datetime | None]
    paused_why: Mapped[PauseReason | None] = mapped_column(words(PauseReason))
    ended_at: Mapped[datetime | None]
    last_sequence: Mapped[int] = mapped_column(default=0)
    last_taken_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # since something was taken
    failing_since: Mapped[datetime | None]
    rests_until: Mapped[datetime | None]  # after a failure nothing is tried before then
    claimed_until: Mapped[datetime | None]  # somebody is delivering to it

    firm: Mapped[Firm] = relationship()


WAITING = text("taken_at is null")


class WebhookMessage(Base):
    """What one receiver is to be told; ``public_id`` is its webhook-id, the same at every try."""

    __tablename__ = "webhook_messages"
    __table_args__ = (
        UniqueConstraint("receiver_id", "sequence"),
        Index("ix_webhook_messages_waiting", "receiver_id", "sequence", postgresql_where=WAITING),
        Index(
            "ix_webhook_messages_unnumbered",
            "receiver_id",
            "id",
            postgresql_where=text("sequence is null"),
        ),
        Index("ix_webhook_messages_at", "at"),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    receiver_id: Mapped[int] = mapped_column(ForeignKey("webhook_receivers.id"))
    type: Mapped[WebhookType] = mapped_column(words(WebhookType))
    at: Mapped[datetime] = mapped_column(default=now)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sequence: Mapped[int | None]  # given when it is first taken up: see services/webhook_delivery
    due_at: Mapped[datetime] = mapped_column(default=now)
    tries: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime | None]

    receiver: Mapped[WebhookReceiver] = relationship()


class WebhookAttempt(Base):
    """One try to deliver: what was answered, in how many milliseconds."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (
        Index("ix_webhook_attempts_receiver_id", "receiver_id", "id"),
        Index("ix_webhook_attempts_message_id", "message_id"),
        Index("ix_webhook_attempts_at", "at"),
    )

    receiver_id: Mapped[int] = mapped_column(ForeignKey("webhook_receivers.id"))
    message_id: Mapped[int | None] = mapped_column(  # a test has none
        ForeignKey("webhook_messages.id", ondelete="CASCADE")
    )
    at: Mapped[datetime] = mapped_column(default=now)
    outcome: Mapped[WebhookOutcome] = mapped_column(words(WebhookOutcome))
    status: Mapped[int | None]
    milliseconds: Mapped[int]
    excerpt: Mapped[str | None]  # the beginning of what the receiver wrote back

    message: Mapped[WebhookMessage | None] = relationship()
