"""One authorization to the accounting system and back: its secrets, its tokens awaiting the check, its result."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, and_, case, func, or_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, words
from wizard.models.grant import Grant
from wizard.models.invitation import Invitation, InvitationKey


class AuthorizationStatus(StrEnum):
    """Where an authorization is: each kill of a process leaves it at one of these, to be taken up again."""

    AWAY = "away"  # the person is at the accounting system
    RETURNED = "returned"  # came back with a code, which is to be exchanged
    CHECKING = "checking"  # its grant is stored, and the check is to judge it
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # with a cause; its grant, if it brought one, is to be revoked


UNFINISHED = (AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING)


class Authorization(Base):
    """An authorization to the accounting system, begun by one browser for one link."""

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
        Index("ix_authorizations_grant_id", "grant_id", unique=True),
        Index(
            "ix_authorizations_forget",
            "created_at",
            postgresql_where=text("status in ('away', 'failed')"),
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
    consent_ends_on: Mapped[date | None]  # the last day that stood among those words
    code_verifier: Mapped[str | None]  # sealed, as are code and chosen_company
    code: Mapped[str | None]
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grants.id"))
    status: Mapped[AuthorizationStatus] = mapped_column(
        words(AuthorizationStatus), default=AuthorizationStatus.AWAY
    )
    cause: Mapped[str | None]
    provider_code: Mapped[str | None]
    provider_error_id: Mapped[str | None]
    chosen_company: Mapped[str | None]
    right_company: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    returned_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)

    invitation: Mapped[Invitation] = relationship()
    key: Mapped[InvitationKey] = relationship()
    grant: Mapped[Grant | None] = relationship()

    @property
    def is_due(self) -> bool:
        """True if any request may take up its check."""
        due = self.tries == 0 or (self.next_try_at is not None and self.next_try_at <= now())
        return self.status in UNFINISHED and due


def deciding_first(
    moment: datetime | ColumnElement[datetime] | None = None,
) -> tuple[ColumnElement[Any], ...]:
    """An order in which the authorization that decides what its people are told comes first.

    Several may be under way, in as many windows. What has come back decides, and no later one that
    is still away hides it: a connection, else what is being checked and may become one, else the
    newest failure. Without ``moment``, as of now.
    """
    at = now() if moment is None else moment
    due = or_(Authorization.tries == 0, Authorization.next_try_at <= at)
    rank = case(
        (Authorization.status == AuthorizationStatus.SUCCEEDED, 0),
        (and_(Authorization.status.in_(UNFINISHED), due), 1),
        (Authorization.status == AuthorizationStatus.CHECKING, 2),
        (Authorization.status == AuthorizationStatus.RETURNED, 3),
        (Authorization.status == AuthorizationStatus.FAILED, 4),
        else_=5,
    )
    happened_at = func.coalesce(
        Authorization.ended_at, Authorization.returned_at, Authorization.created_at
    )
    return rank, happened_at.desc(), Authorization.id.desc()
