"""One trip to the accounting system and back: its secrets, its tokens awaiting the check, its result."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, words
from wizard.models.invitation import Invitation, InvitationKey


class AuthorizationStatus(StrEnum):
    """Where a trip is: each kill of a process leaves it at one of these, to be taken up again."""

    AWAY = "away"  # the person is at the accounting system
    RETURNED = "returned"  # came back with a code, which is to be exchanged
    CHECKING = "checking"  # tokens are stored, the check is to judge them
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # with a cause; a refresh token left here is to be revoked


class Authorization(Base):
    """A trip to the accounting system, begun by one browser for one link."""

    __tablename__ = "authorizations"
    __table_args__ = (
        Index("ix_authorizations_key_id", "key_id", "id"),
        Index("ix_authorizations_invitation_id", "invitation_id", "id"),
        Index(
            "ix_authorizations_open",
            "next_try_at",
            postgresql_where=text("status in ('returned', 'checking')"),
        ),
        Index(
            "ix_authorizations_chosen",
            "ended_at",
            postgresql_where=text("chosen_company is not null"),
        ),
        Index(
            "ix_authorizations_revoke",
            "next_try_at",
            postgresql_where=text("status = 'failed' and refresh_token is not null"),
        ),
        Index(
            "ix_authorizations_forget",
            "created_at",
            postgresql_where=text("status in ('away', 'failed') and refresh_token is null"),
        ),
        Index(
            "ix_authorizations_needs_us",
            "ended_at",
            postgresql_where=text("cause = 'our_configuration'"),
        ),
    )

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"))
    key_id: Mapped[int] = mapped_column(ForeignKey("invitation_keys.id"))
    state_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    wording: Mapped[str | None]  # version and language of the words she read, as 2026-11/sv
    code_verifier: Mapped[str | None]  # sealed, as are code, tokens and chosen_company
    code: Mapped[str | None]
    access_token: Mapped[str | None]
    refresh_token: Mapped[str | None]
    access_expires_at: Mapped[datetime | None]
    status: Mapped[AuthorizationStatus] = mapped_column(
        words(AuthorizationStatus), default=AuthorizationStatus.AWAY
    )
    cause: Mapped[str | None]
    provider_code: Mapped[str | None]
    provider_error_id: Mapped[str | None]
    chosen_company: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    returned_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)

    invitation: Mapped[Invitation] = relationship()
    key: Mapped[InvitationKey] = relationship()
