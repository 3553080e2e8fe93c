"""What a provider has given us: sealed tokens, and the one state they are in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base, now, words


class GrantState(StrEnum):
    """Where a grant is; the last two are ends, and hold no tokens."""

    WAITING = "waiting"  # an authorization has brought it, and the check is to judge it
    LIVING = "living"  # a connection rests on it
    TO_BE_REVOKED = "to_be_revoked"  # not used any more, until the provider confirms its end
    REVOKED = "revoked"  # the provider has confirmed the end
    DEAD = "dead"  # ended at the provider by itself, or given up


class Grant(Base):
    """A provider's permission to read one company: OAuth 2.0 tokens, sealed with this row's id."""

    __tablename__ = "grants"
    __table_args__ = (
        Index("ix_grants_refresh", "next_refresh_at", postgresql_where=text("state = 'living'")),
        Index(
            "ix_grants_revoke", "next_revoke_at", postgresql_where=text("state = 'to_be_revoked'")
        ),
        Index(
            "ix_grants_doubted",
            "provider",
            "doubted_at",
            postgresql_where=text("doubted_at is not null"),
        ),
        Index(
            "ix_grants_forget", "ended_at", postgresql_where=text("state in ('revoked', 'dead')")
        ),
    )

    provider: Mapped[str]
    state: Mapped[GrantState] = mapped_column(words(GrantState), default=GrantState.WAITING)
    access_token: Mapped[str | None]
    refresh_token: Mapped[str | None]
    access_expires_at: Mapped[datetime | None]
    holder: Mapped[str | None]  # the mail address of the person who gave it, if known
    made_at: Mapped[datetime] = mapped_column(default=now)
    refreshed_at: Mapped[datetime] = mapped_column(default=now)
    claimed_until: Mapped[datetime | None]  # somebody is asking the provider for new tokens
    next_refresh_at: Mapped[datetime | None]
    refresh_tries: Mapped[int] = mapped_column(default=0)
    # The provider has refused its refresh token, first and last; it is to do so again before it counts.
    doubted_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # when it was last used, or its end was noticed
    next_revoke_at: Mapped[datetime | None]
    revoke_tries: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]  # when the provider confirmed the end
