"""What the pages and answers about an import show: its lines, their fates, and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    LIVING,
    Company,
    CompanyImport,
    ImportLine,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    LineFate,
    User,
)
from wizard.services.imports.running import MADE
from wizard.services.invitations.mailing import MOST_IN_ONE
from wizard.services.pages import Page, number_in, read_page

RECENT = 10


@dataclass(frozen=True)
class LineRow:
    """A line as the page shows it; ``invited_by`` and ``invited_on`` are of the invitation that is open."""

    line: ImportLine
    company: str | None  # its public id
    invited_by: str | None
    invited_on: datetime | None


@dataclass(frozen=True)
class Progress:
    """How many lines there are of each kind: to be added and added, to be mailed, asked for, sent, bounced.

    ``mails`` is how many mails that is, of those not asked for yet, as one goes to each address;
    ``to_one`` is the largest number of them to one address.
    """

    fates: dict[LineFate, int]
    to_add: int
    added: int
    to_mail: int
    mailed: int
    sent: int
    bounced: int
    mails: int
    to_one: int

    @property
    def lines(self) -> int:
        """All of them."""
        return sum(self.fates.values())

    @property
    def good(self) -> int:
        """Those that name a company which is added, or is there."""
        return sum(number for fate, number in self.fates.items() if fate.is_good)


def find(session: Session, firm_id: int, public_id: str) -> CompanyImport | None:
    """An import of the firm's, with who made it; else None. One statement."""
    return session.scalar(
        select(CompanyImport)
        .where(CompanyImport.public_id == public_id, CompanyImport.firm_id == firm_id)
        .options(joinedload(CompanyImport.made_by), joinedload(CompanyImport.firm))
    )


def recent(session: Session, firm_id: int) -> Sequence[CompanyImport]:
    """The firm's newest imports, at most ten. One statement."""
    return session.scalars(
        select(CompanyImport)
        .where(CompanyImport.firm_id == firm_id)
        .order_by(CompanyImport.id.desc())
        .limit(RECENT)
        .options(joinedload(CompanyImport.made_by))
    ).all()


def progress(session: Session, found: CompanyImport) -> Progress:
    """Counts of the import's lines. Three statements."""
    lines = ImportLine.import_id == found.id
    fates = session.execute(
        select(ImportLine.fate, func.count()).where(lines).group_by(ImportLine.fate)
    )
    made = ImportLine.fate.in_(MADE)
    mailable = made & ImportLine.email.is_not(None)
    numbers = session.execute(
        select(
            _count(made),
            _count(made & ImportLine.added_at.is_not(None)),
            _count(mailable),
            _count(mailable & ImportLine.invited_at.is_not(None)),
            _count(Letter.status == LetterStatus.SENT),
            _count(Letter.status == LetterStatus.BOUNCED),
        )
        .outerjoin(
            Letter,
            (Letter.invitation_id == ImportLine.invitation_id)
            & (Letter.kind == LetterKind.INVITATION),
        )
        .where(lines)
    ).one()
    left = mailable & ImportLine.invited_at.is_(None)
    mails_of_one = (func.count() + MOST_IN_ONE - 1) // MOST_IN_ONE
    by_address = (
        select(mails_of_one.label("mails")).where(lines, left).group_by(ImportLine.email)
    ).subquery()
    mails, to_one = session.execute(
        select(
            cast(func.coalesce(func.sum(by_address.c.mails), 0), BigInteger),
            func.coalesce(func.max(by_address.c.mails), 0),
        )
    ).one()
    return Progress({line.fate: line[1] for line in fates}, *numbers, mails, to_one)


def lines_page(
    session: Session,
    found: CompanyImport,
    after: str = "",
    fates: Sequence[LineFate] = (),
    size: int | None = None,
) -> Page[LineRow]:
    """A page of the import's lines by their number, those with these fates if any are given. One statement."""
    living = (
        (Invitation.company_id == ImportLine.company_id)
        & Invitation.status.in_(LIVING)
        & (ImportLine.fate == LineFate.INVITED)
    )
    query = (
        select(ImportLine, Company.public_id, User.name, Invitation.created_at)
        .outerjoin(Company, Company.id == ImportLine.company_id)
        .outerjoin(Invitation, living)
        .outerjoin(User, User.id == Invitation.created_by_id)
        .where(ImportLine.import_id == found.id)
        .order_by(ImportLine.number)
    )
    if fates:
        query = query.where(ImportLine.fate.in_(fates))
    if number := number_in(after):
        query = query.where(ImportLine.number > number)
    return read_page(session, query, LineRow, lambda row: row.line.number, size)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many different lines fulfil a condition."""
    return func.count(ImportLine.id.distinct()).filter(condition)
