"""Bulk actions: one act for many companies, previewed row by row, then done by the background."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id, words
from wizard.models.company import Company
from wizard.models.firm import Firm
from wizard.models.staff import User


class BulkAct(StrEnum):
    """What is done to each company."""

    CHECK = "check"
    INVITE = "invite"
    REMIND = "remind"
    MAIL_LINK = "mail_link"
    WITHDRAW = "withdraw"
    RENEW = "renew"
    RESPONSIBLE = "responsible"
    DISCONNECT = "disconnect"


class BulkStatus(StrEnum):
    """Where a bulk action is; the last two are ends."""

    PREVIEWED = "previewed"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class BulkFate(StrEnum):
    """What will become of a company, and what became of it."""

    WILL = "will"
    WILL_NOT = "will_not"
    DONE = "done"
    NOT_DONE = "not_done"  # it was to be done, and was not


class BulkReason(StrEnum):
    """Why nothing is done to a company."""

    NOT_CONNECTED = "not_connected"
    CONNECTED = "connected"
    NOT_INVITED = "not_invited"
    INVITED = "invited"
    WORKS = "works"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    MAILED_LATELY = "mailed_lately"
    NO_REMINDER = "no_reminder"
    PAUSED = "paused"
    ARCHIVED = "archived"
    RESPONSIBLE_ALREADY = "responsible_already"
    CHANGED = "changed"  # since the preview
    NOT_ALLOWED = "not_allowed"  # who asked may not any more
    STOPPED = "stopped"
    FAILED = "failed"  # a fault of ours


class BulkAction(Base):
    """One act for many companies, asked for by one member of staff; of one firm if she is a member."""

    __tablename__ = "bulk_actions"
    __table_args__ = (
        Index("ix_bulk_actions_firm_id_id", "firm_id", "id"),
        Index("ix_bulk_actions_running", "id", postgresql_where=text("status = 'running'")),
        Index("ix_bulk_actions_created_at", "created_at"),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firms.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    act: Mapped[BulkAct] = mapped_column(words(BulkAct))
    status: Mapped[BulkStatus] = mapped_column(words(BulkStatus), default=BulkStatus.PREVIEWED)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # who is to be
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)  # the list, and what narrowed it
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    firm: Mapped[Firm | None] = relationship()
    made_by: Mapped[User] = relationship(foreign_keys=made_by_id)
    responsible: Mapped[User | None] = relationship(foreign_keys=responsible_id)


class BulkRow(Base):
    """One company of a bulk action, and its fate.

    ``seen`` says by ids what the preview looked at: what has changed since is not touched. ``found`` is
    what a check came to, as Finding.word says; ``taken_at`` is set while it is under way.
    """

    __tablename__ = "bulk_rows"
    __table_args__ = (
        UniqueConstraint("bulk_id", "company_id"),
        Index("ix_bulk_rows_fate", "bulk_id", "fate", "id"),
    )

    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulk_actions.id", ondelete="CASCADE"))
    company_id: Mapped[int | None] = mapped_column(
        ForeignKey("companies.id", ondelete="SET NULL"), index=True
    )
    fate: Mapped[BulkFate] = mapped_column(words(BulkFate))
    reason: Mapped[BulkReason | None] = mapped_column(words(BulkReason))
    seen: Mapped[str]
    email: Mapped[str | None]  # to whom the mail goes
    name: Mapped[str | None]
    language: Mapped[str | None]
    found: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]  # or found not to be done

    company: Mapped[Company | None] = relationship()
