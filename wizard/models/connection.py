"""A company's living grant, and the lasting record of who gave it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id, words
from wizard.models.company import Company
from wizard.models.firm import Firm


class ConnectionStatus(StrEnum):
    """How a connection is: an outage at the provider and a broken consent are different states."""

    ACTIVE = "active"
    DISTURBED = "disturbed"
    RENEWAL_NEEDED = "renewal_needed"
    DISCONNECTED = "disconnected"


class Proof(StrEnum):
    """What the check could read beyond the company's settings."""

    DOCUMENT = "document"
    VOUCHER = "voucher"
    EMPTY = "empty"


KEPT_ALIVE = text("status <> 'disconnected' and refresh_token is not null")
# What is to be forgotten some time after the end.
ENDED_AND_NAMED = text(
    "status = 'disconnected' and coalesce(approver_name, approver_email) is not null"
)


class Connection(Base):
    """A company's grant: sealed tokens, what was proved, and its health."""

    __tablename__ = "connections"
    __table_args__ = (
        Index(
            "uq_connections_living_company",
            "company_id",
            unique=True,
            postgresql_where=text("status <> 'disconnected'"),
        ),
        Index("ix_connections_company_id", "company_id", "id"),
        Index("ix_connections_status", "status", "id"),
        Index("ix_connections_approver_email", text("lower(approver_email)"), "id"),
        Index("ix_connections_firm_id", "firm_id", "id"),
        Index("ix_connections_firm_id_status", "firm_id", "status", "id"),
        Index("ix_connections_refresh", "next_refresh_at", postgresql_where=KEPT_ALIVE),
        Index("ix_connections_check", "next_check_at", postgresql_where=KEPT_ALIVE),
        Index(
            "ix_connections_revoke",
            "next_revoke_at",
            postgresql_where=text("status = 'disconnected' and refresh_token is not null"),
        ),
        Index(
            "ix_connections_ended_lately",
            "status_since",
            postgresql_where=text("cause = 'consent_ended'"),
        ),
        Index(
            "ix_connections_forget",
            "ended_at",
            postgresql_where=ENDED_AND_NAMED,
        ),
        Index("ix_connections_ended_at", "ended_at"),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    firm_id: Mapped[int] = mapped_column(
        ForeignKey("firms.id")
    )  # the company's; filters need it here
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"))
    provider: Mapped[str]
    status: Mapped[ConnectionStatus] = mapped_column(
        words(ConnectionStatus), default=ConnectionStatus.ACTIVE
    )
    access_token: Mapped[str | None]  # sealed with this row's id
    refresh_token: Mapped[str | None]
    access_expires_at: Mapped[datetime | None]
    approver_name: Mapped[str | None]
    approver_email: Mapped[str | None]
    approver_is_consultant: Mapped[bool | None]  # as of the last read; None when it is not told
    last_read_at: Mapped[datetime]
    proof: Mapped[Proof] = mapped_column(words(Proof))
    proof_voucher: Mapped[str | None]
    read_only: Mapped[bool] = mapped_column(default=False)
    cause: Mapped[str | None]
    provider_code: Mapped[str | None]
    provider_error_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    renewed_at: Mapped[datetime | None]  # when somebody last gave permission anew
    ended_at: Mapped[datetime | None]
    status_since: Mapped[datetime] = mapped_column(default=now)
    refreshed_at: Mapped[datetime] = mapped_column(default=now)
    refresh_claimed_until: Mapped[datetime | None]  # somebody is asking the provider for new tokens
    next_refresh_at: Mapped[datetime | None] = mapped_column(default=now)
    refresh_tries: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime] = mapped_column(default=now)  # last tried, whatever came of it
    next_check_at: Mapped[datetime | None] = mapped_column(default=now)
    check_tries: Mapped[int] = mapped_column(default=0)
    next_revoke_at: Mapped[datetime | None]
    revoke_tries: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]  # when the provider confirmed the end

    company: Mapped[Company] = relationship()
    firm: Mapped[Firm] = relationship()


class Consent(Base):
    """Who approved what, when and in which words; never edited."""

    __tablename__ = "consents"

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"), index=True)
    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorizations.id"), unique=True)
    firm_name: Mapped[str]
    company_name: Mapped[str]
    organisation_number: Mapped[str]
    provider: Mapped[str]
    scopes: Mapped[str]
    wording: Mapped[str]
    approver_name: Mapped[str | None]
    approver_email: Mapped[str | None]
    approver_is_consultant: Mapped[bool | None]
    approved_at: Mapped[datetime] = mapped_column(default=now)

    connection: Mapped[Connection] = relationship()
