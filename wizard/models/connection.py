"""A company's connection, and the lasting record of who approved it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, UniqueConstraint, and_, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id, today, words
from wizard.models.company import Company
from wizard.models.contact import Contact, contact_id
from wizard.models.firm import Firm
from wizard.models.grant import Grant


class ConnectionStatus(StrEnum):
    """How a connection is: an outage at the provider, a fault of ours and a broken consent are different states."""

    ACTIVE = "active"
    DISTURBED = "disturbed"
    OUR_FAULT = "our_fault"
    RENEWAL_NEEDED = "renewal_needed"
    DISCONNECTED = "disconnected"


UNREADABLE = (ConnectionStatus.DISTURBED, ConnectionStatus.OUR_FAULT)  # until it is tried again
BROKEN = (ConnectionStatus.RENEWAL_NEEDED, *UNREADABLE)
WORKING = (ConnectionStatus.ACTIVE, *UNREADABLE)  # no approver has to do anything


class Proof(StrEnum):
    """What the check could read beyond the company's settings."""

    DOCUMENT = "document"
    VOUCHER = "voucher"
    EMPTY = "empty"


NOT_ENDED = text("status <> 'disconnected'")
KEPT_ALIVE = text("status <> 'disconnected' and grant_id is not null")
WITH_LAST_DAY = text("status <> 'disconnected' and consent_ends_on is not null")
TO_BE_ENDED = text("status <> 'disconnected' and ending_asked_at is not null")
# What is to be forgotten some time after the end.
ENDED_AND_NAMED = text(
    "status = 'disconnected' and coalesce(approver_name, approver_email) is not null"
)


class Connection(Base):
    """That we may read a company: the grant it rests on, what was proved, and its health."""

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
        Index("ix_connections_last_read_at", "last_read_at", "id", postgresql_where=NOT_ENDED),
        Index(
            "ix_connections_firm_id_last_read_at",
            "firm_id",
            "last_read_at",
            "id",
            postgresql_where=NOT_ENDED,
        ),
        Index("ix_connections_check", "next_check_at", postgresql_where=KEPT_ALIVE),
        Index("ix_connections_grant_id", "grant_id", unique=True),
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
        Index("ix_connections_ending_asked", "ending_asked_at", postgresql_where=TO_BE_ENDED),
        Index("ix_connections_consent_ends_on", "consent_ends_on", postgresql_where=WITH_LAST_DAY),
        Index(
            "ix_connections_doubted",
            "provider",
            "doubted_at",
            postgresql_where=text("doubted_at is not null"),
        ),
        Index(
            "ix_connections_untold",
            "status",
            "status_since",
            "provider",
            postgresql_where=text("untold"),
        ),
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
    # None when it has ended at the provider; of a disconnected one, the grant that is handed back.
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grants.id"))
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
    # A reading gave this cause, first at this moment, and none has succeeded since; it counts when
    # another has confirmed it.
    doubted_at: Mapped[datetime | None]
    doubted_cause: Mapped[str | None]
    # Its state may be worth a warning that nobody has been sent yet; see services/warnings.
    untold: Mapped[bool] = mapped_column(default=False)
    # The last day on which anything is read, as in Stockholm; None: until somebody ends it.
    consent_ends_on: Mapped[date | None]
    end_told_for: Mapped[date | None]  # the last day that the firm has been told of
    # What the firm answered in its yearly review, and who then let what was marked be ended.
    kept_at: Mapped[datetime | None]
    to_end_at: Mapped[datetime | None]
    ending_asked_at: Mapped[datetime | None]
    ending_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checked_at: Mapped[datetime] = mapped_column(default=now)  # last tried, whatever came of it
    next_check_at: Mapped[datetime | None] = mapped_column(default=now)
    check_tries: Mapped[int] = mapped_column(default=0)

    company: Mapped[Company] = relationship()
    firm: Mapped[Firm] = relationship()
    grant: Mapped[Grant | None] = relationship()

    @hybrid_property
    def is_living(self) -> bool:
        """True unless the connection has been ended."""
        return self.status is not ConnectionStatus.DISCONNECTED

    @is_living.inplace.expression
    @classmethod
    def _is_living(cls) -> ColumnElement[bool]:
        return cls.status != ConnectionStatus.DISCONNECTED

    @property
    def is_over(self) -> bool:
        """True once the last day has passed: nothing is read any more, ended or not."""
        return self.consent_ends_on is not None and self.consent_ends_on < today()

    @hybrid_property
    def kept_alive(self) -> bool:
        """True if there is a grant to refresh and to check."""
        return self.is_living and self.grant_id is not None

    @kept_alive.inplace.expression
    @classmethod
    def _kept_alive(cls) -> ColumnElement[bool]:
        return and_(cls.status != ConnectionStatus.DISCONNECTED, cls.grant_id.is_not(None))


class ApproverWord(Base):
    """One word of the approver's name or mail address, in lower case; kept by a trigger of the database."""

    __tablename__ = "approver_words"
    __table_args__ = (
        UniqueConstraint("connection_id", "word"),
        Index("ix_approver_words_word", "word", "connection_id"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    word: Mapped[str] = mapped_column(Text(collation="C"))


class Consent(Base):
    """Who approved what, when and in which words; never edited."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_approver_email", text("lower(approver_email)"), "id"),)

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"), index=True)
    authorization_id: Mapped[int] = mapped_column(ForeignKey("authorizations.id"), unique=True)
    # Whose link was used, else whom the receipt was mailed to; who approved is as the provider says.
    contact_id: Mapped[int | None] = contact_id()
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
    ends_on: Mapped[date | None]  # the last day, as she read it; None: she read of none

    connection: Mapped[Connection] = relationship()
    contact: Mapped[Contact | None] = relationship()
