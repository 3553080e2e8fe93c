"""Imports: a list of companies from a spreadsheet, line by line, and what becomes of each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.api import ApiKey
from wizard.models.base import Base, now, public_id, words
from wizard.models.company import Company
from wizard.models.firm import Firm
from wizard.models.invitation import Invitation
from wizard.models.staff import User


class ImportStatus(StrEnum):
    """Where an import is; the last two are ends."""

    READ = "read"
    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"


class LineFate(StrEnum):
    """What will become of a line, judged when it was read."""

    NEW = "new"
    EXISTS = "exists"
    INVITED = "invited"
    CONNECTED = "connected"
    DUPLICATE = "duplicate"
    NUMBER_WRONG = "number_wrong"
    CHECK_DIGIT_WRONG = "check_digit_wrong"
    NAME_WRONG = "name_wrong"
    ADDRESS_WRONG = "address_wrong"
    CONTACT_WRONG = "contact_wrong"
    LANGUAGE_WRONG = "language_wrong"
    RESPONSIBLE_WRONG = "responsible_wrong"
    REFERENCE_WRONG = "reference_wrong"

    @property
    def is_good(self) -> bool:
        """Whether the line names a company that can be added, or is there already."""
        return self in GOOD


GOOD = (LineFate.NEW, LineFate.EXISTS, LineFate.INVITED, LineFate.CONNECTED)


class CompanyImport(Base):
    """One list of companies that a firm's member, key or command has handed in."""

    __tablename__ = "company_imports"
    __table_args__ = (
        Index("ix_company_imports_firm_id_id", "firm_id", "id"),
        Index("ix_company_imports_running", "id", postgresql_where=text("status = 'running'")),
        Index("ix_company_imports_created_at", "created_at"),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    key_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"), index=True)
    status: Mapped[ImportStatus] = mapped_column(words(ImportStatus), default=ImportStatus.READ)
    invites: Mapped[bool] = mapped_column(default=False)
    letters_from: Mapped[datetime | None]  # no letter goes before
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    firm: Mapped[Firm] = relationship()
    made_by: Mapped[User | None] = relationship()
    key: Mapped[ApiKey | None] = relationship()


class ImportLine(Base):
    """A line of an import: what it says, its fate, and how far it has come.

    Of a wrong line ``wrong`` is the value as it was written. ``added_at`` is set when the company is
    there, ``invited_at`` when the line's mail was asked for, or it was found that none is needed.
    """

    __tablename__ = "company_import_lines"
    __table_args__ = (UniqueConstraint("import_id", "number"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("company_imports.id", ondelete="CASCADE"))
    number: Mapped[int]  # of the line in the file, from 1
    fate: Mapped[LineFate] = mapped_column(words(LineFate))
    wrong: Mapped[str | None]
    twin: Mapped[int | None]  # the number of the line with the same company
    name: Mapped[str | None]
    organisation_number: Mapped[str | None]
    email: Mapped[str | None]
    contact_name: Mapped[str | None]
    language: Mapped[str | None]
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    own_reference: Mapped[str | None]
    company_id: Mapped[int | None] = mapped_column(
        ForeignKey("companies.id", ondelete="SET NULL"), index=True
    )
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"), index=True)
    made: Mapped[bool] = mapped_column(default=False)  # the company, by this import
    added_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]

    company: Mapped[Company | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    responsible: Mapped[User | None] = relationship()
