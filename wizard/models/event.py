"""The history of invitations and connections: who did what, when; never a secret."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.api import ApiKey
from wizard.models.base import Base, now, words
from wizard.models.staff import User


class Actor(StrEnum):
    """Who did it."""

    STAFF = "staff"
    APPROVER = "approver"
    SYSTEM = "system"
    PLATFORM = "platform"


class EventKind(StrEnum):
    """What happened."""

    INVITATION_CREATED = "invitation_created"
    LINK_MADE = "link_made"
    LINKS_REPLACED = "links_replaced"
    INVITATION_STARTED = "invitation_started"
    STEP_DONE = "step_done"
    HANDED_OVER = "handed_over"
    WENT_TO_PROVIDER = "went_to_provider"
    ATTEMPT_FAILED = "attempt_failed"
    WAIT_BEGAN = "wait_began"
    WAIT_OVER = "wait_over"
    NEWS_ASKED = "news_asked"
    NO_CHOICE_REPORTED = "no_choice_reported"
    NUMBER_QUESTIONED = "number_questioned"
    CAUSE_TOLD = "cause_told"
    NEW_LINK_ASKED = "new_link_asked"
    INVITATION_DECLINED = "invitation_declined"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    INVITATION_EXPIRED = "invitation_expired"
    GRANT_REVOKED = "grant_revoked"
    GRANT_NOT_REVOKED = "grant_not_revoked"
    GRANT_FORGOTTEN = "grant_forgotten"
    CONNECTED = "connected"
    LETTER_SENT = "letter_sent"
    LETTER_BOUNCED = "letter_bounced"
    LINK_AGAIN_ASKED = "link_again_asked"
    REMINDERS_PAUSED = "reminders_paused"
    REMINDERS_RESUMED = "reminders_resumed"
    INVITATION_STUCK = "invitation_stuck"
    DISTURBED = "disturbed"
    RESTORED = "restored"
    RENEWAL_NEEDED = "renewal_needed"
    RENEWED = "renewed"
    DISCONNECTED = "disconnected"
    CHECKED_BY_HAND = "checked_by_hand"
    WARNED = "warned"
    DOCUMENT_OPENED = "document_opened"
    MEMBER_HANDED_IN = "member_handed_in"
    SEEN_AS = "seen_as"
    INSIGHT_ASKED = "insight_asked"
    YEAR_READ = "year_read"
    CONSENT_END_SET = "consent_end_set"


# Notes that hold what a person wrote, or her name.
PERSONAL_NOTE = text(
    "kind in ('invitation_declined', 'warned', 'insight_asked') and note is not null"
)
# Opened documents may be a hundred thousand, and are read apart from the rest.
OPENED = text("kind = 'document_opened'")
NOT_OPENED = text("kind <> 'document_opened'")


class Event(Base):
    """A line in the history of an invitation or a connection; a sign-in from the platform has neither."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_invitation_id", "invitation_id", "id"),
        Index("ix_events_connection_id", "connection_id", "id"),
        Index("ix_events_opened", "company_id", "id", postgresql_where=OPENED),
        Index("ix_events_history", "company_id", "id", postgresql_where=NOT_OPENED),
        Index("ix_events_forget", "at", postgresql_where=PERSONAL_NOTE),
    )

    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[EventKind] = mapped_column(words(EventKind))
    actor: Mapped[Actor] = mapped_column(words(Actor))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"))
    connection_id: Mapped[int | None] = mapped_column(ForeignKey("connections.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    api_key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    cause: Mapped[str | None]
    note: Mapped[str | None]  # a step, a letter's kind, or words the approver chose to write

    user: Mapped[User | None] = relationship()
    api_key: Mapped[ApiKey | None] = relationship(lazy="joined")  # few, and always named
