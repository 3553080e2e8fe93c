"""Where each company stands: whose move it is, since when; one row a company, and exact counts of them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, words
from wizard.models.company import Company
from wizard.models.connection import ConnectionStatus
from wizard.models.invitation import InvitationStatus, Step

ALL_FIRMS = 0  # in place of a firm's id: the counts of all firms together


class Whose(StrEnum):
    """Who has to do something next."""

    WE = "we"
    FIRM = "firm"
    APPROVER = "approver"
    PROVIDER = "provider"
    NOBODY = "nobody"


class MoveReason(StrEnum):
    """Why it is somebody's move; each reason is one party's."""

    whose: Whose

    def __new__(cls, value: str, whose: Whose = Whose.NOBODY) -> "MoveReason":
        """A word that knows whose move it makes; called with a word alone, Python finds the reason."""
        reason = str.__new__(cls, value)
        reason._value_ = value
        reason.whose = whose
        return reason

    OUR_FAULT = "our_fault", Whose.WE
    LATE = "late", Whose.WE  # a job of ours
    PLANNED = "planned", Whose.WE  # a letter that is to be sent later
    NOT_INVITED = "not_invited", Whose.FIRM
    BOUNCED = "bounced", Whose.FIRM
    NEW_LINK_ASKED = "new_link_asked", Whose.FIRM
    NUMBER_QUESTIONED = "number_questioned", Whose.FIRM
    CAUSE_TOLD = "cause_told", Whose.FIRM
    DECLINED = "declined", Whose.FIRM
    EXPIRED = "expired", Whose.FIRM
    TO_BE_RENEWED = "to_be_renewed", Whose.FIRM  # and nobody has asked for it
    WAITING = "waiting", Whose.APPROVER  # she has not begun
    BEGUN = "begun", Whose.APPROVER
    STOPPED = "stopped", Whose.APPROVER  # her last attempt failed
    STUCK = "stuck", Whose.APPROVER  # nothing has happened for days
    OUTAGE = "outage", Whose.PROVIDER
    CONNECTED = "connected"
    ENDED = "ended"
    ARCHIVED = "archived"
    UNSORTED = "unsorted"  # the background has not come to it yet


class Standing(Base):
    """Where one company stands, as the pure function in services/desk says; kept by services/desk."""

    __tablename__ = "standings"
    __table_args__ = (
        # Each filter alone, in the order of names; for one firm as well where a firm has many.
        Index("ix_standings_sort_key", "sort_key", "company_id"),
        Index("ix_standings_firm_id_sort_key", "firm_id", "sort_key", "company_id"),
        Index("ix_standings_whose", "whose", "sort_key", "company_id"),
        Index("ix_standings_firm_id_whose", "firm_id", "whose", "sort_key", "company_id"),
        Index("ix_standings_reason", "reason", "sort_key", "company_id"),
        Index("ix_standings_firm_id_reason", "firm_id", "reason", "sort_key", "company_id"),
        Index("ix_standings_last_cause", "last_cause", "sort_key", "company_id"),
        Index("ix_standings_connection_status", "connection_status", "sort_key", "company_id"),
        Index("ix_standings_invitation_status", "invitation_status", "sort_key", "company_id"),
        Index("ix_standings_step", "step", "sort_key", "company_id"),
        Index(
            "ix_standings_consultant",
            "sort_key",
            "company_id",
            postgresql_where=text("consultant"),
        ),
        Index(
            "ix_standings_renewal_begun",
            "sort_key",
            "company_id",
            postgresql_where=text("renewal_begun"),
        ),
        Index(
            "ix_standings_connected",
            "sort_key",
            "company_id",
            postgresql_where=text("connection_status is not null or reason = 'ended'"),
        ),
        Index(
            "ix_standings_invited",
            "sort_key",
            "company_id",
            postgresql_where=text("invitation_status in ('created', 'sent', 'started')"),
        ),
        # Sorted by how long it has lasted: all, each party's, each reason's, each firm's.
        Index("ix_standings_since", "since", "company_id"),
        Index("ix_standings_firm_id_since", "firm_id", "since", "company_id"),
        Index("ix_standings_whose_since", "whose", "since", "company_id"),
        Index("ix_standings_firm_id_whose_since", "firm_id", "whose", "since", "company_id"),
        Index("ix_standings_reason_since", "reason", "since", "company_id"),
        Index(
            "ix_standings_recheck_at",
            "recheck_at",
            postgresql_where=text("recheck_at is not null"),
        ),
    )

    company_id: Mapped[int] = mapped_column(
        ForeignKey("companies.id", ondelete="CASCADE"), unique=True
    )
    firm_id: Mapped[int]  # the company's, as is the sort key: filters need them here
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    whose: Mapped[Whose] = mapped_column(words(Whose))
    reason: Mapped[MoveReason] = mapped_column(words(MoveReason))
    since: Mapped[datetime]
    step: Mapped[Step | None] = mapped_column(words(Step))  # the furthest open one
    last_cause: Mapped[str | None]  # the connection's, else the deciding attempt's
    connection_status: Mapped[ConnectionStatus | None] = mapped_column(words(ConnectionStatus))
    invitation_status: Mapped[InvitationStatus | None] = mapped_column(words(InvitationStatus))
    provider: Mapped[str | None]
    consultant: Mapped[bool | None]  # the approver, as of the last read
    renewal_begun: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    recheck_at: Mapped[datetime | None]  # when time alone may change it

    company: Mapped[Company] = relationship()


class StandingMark(Base):
    """That something of a company's was written, by a trigger of the database; gone once it is sorted.

    The transaction that wrote takes its own marks before it commits. Those of a write that went past the
    ORM are left to the worker.
    """

    __tablename__ = "standing_marks"
    __table_args__ = (UniqueConstraint("transaction", "company_id"),)

    transaction: Mapped[int]  # PostgreSQL's number of it
    company_id: Mapped[int]


class StandingCount(Base):
    """How many more companies, or fewer, came to stand so on a day in Stockholm; their sum is the count.

    Beside it, how many connections broke, or were mended, on their way there.

    Written by a trigger of the database, one row a change so that no two wait for each other, and folded by the worker.
    """

    __tablename__ = "standing_counts"
    __table_args__ = (
        Index("ix_standing_counts_firm_id", "firm_id", "whose", "reason"),
        Index("ix_standing_counts_unfolded", "id", postgresql_where=text("not folded")),
        Index(
            "uq_standing_counts_folded",
            "day",
            "firm_id",
            "whose",
            "reason",
            unique=True,
            postgresql_where=text("folded"),
        ),
    )

    day: Mapped[date]
    firm_id: Mapped[int]  # or ALL_FIRMS
    whose: Mapped[Whose] = mapped_column(words(Whose))
    reason: Mapped[MoveReason] = mapped_column(words(MoveReason))
    number: Mapped[int]
    broke: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # connections, that day
    mended: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    folded: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
