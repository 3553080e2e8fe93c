"""The letters to staff that no invitation is behind: to whom, when, about which connections."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session, joinedload

from wizard.models import Company, Connection, ConnectionWarning, Letter, LetterKind
from wizard.services.troubles import told_in

PAGE = 50


@dataclass(frozen=True)
class LogRow:
    """A letter as it is listed; ``company`` is the first it tells of, ``number`` how many there are."""

    public_id: str
    kind: LetterKind
    recipient: str
    recipient_name: str | None
    firm_name: str | None
    status: str
    at: datetime
    company: str | None
    number: int


@dataclass(frozen=True)
class LogPage:
    """Some letters, the newest first; ``after`` is the next page's cursor, None on the last."""

    rows: list[LogRow]
    after: str | None


def list_page(session: Session, after: str = "") -> LogPage:
    """A page of letters, in one statement; ``after`` is the last page's cursor."""
    query = select(Letter, _first_company(), _number()).where(Letter.invitation_id.is_(None))
    if after:
        last = select(Letter.id).where(Letter.public_id == after)
        query = query.where(Letter.id < last.scalar_subquery())
    newest = query.order_by(Letter.id.desc()).limit(PAGE + 1).options(joinedload(Letter.firm))
    found = session.execute(newest).all()
    rows = [_row(*line) for line in found[:PAGE]]
    return LogPage(rows, rows[-1].public_id if len(found) > PAGE else None)


def find(session: Session, public_id: str) -> tuple[LogRow, list[ConnectionWarning]] | None:
    """A letter and what it told of, each with its connection and company. Two statements."""
    letter = session.scalar(
        select(Letter)
        .where(Letter.public_id == public_id, Letter.invitation_id.is_(None))
        .options(joinedload(Letter.firm))
    )
    if letter is None:
        return None
    told = told_in(session, letter, still=False)
    first = told[0].connection.company.name if told else None
    return _row(letter, first, len(told)), told


def _row(letter: Letter, company: str | None, number: int) -> LogRow:
    tried = letter.tries > 0 and letter.status == "waiting"
    return LogRow(
        public_id=letter.public_id,
        kind=letter.kind,
        recipient=letter.recipient,
        recipient_name=letter.recipient_name,
        firm_name=letter.firm.name if letter.firm else None,
        status="retrying" if tried else letter.status.value,
        at=letter.sent_at or letter.due_at,
        company=company,
        number=number,
    )


def _first_company() -> ScalarSelect[str]:
    return (
        select(Company.name)
        .join(Connection, Connection.company_id == Company.id)
        .join(ConnectionWarning, ConnectionWarning.connection_id == Connection.id)
        .where(_of_letter())
        .order_by(Company.sort_key)
        .limit(1)
        .scalar_subquery()
    )


def _number() -> ScalarSelect[int]:
    return select(func.count(ConnectionWarning.id)).where(_of_letter()).scalar_subquery()


def _of_letter() -> ColumnElement[bool]:
    return or_(
        ConnectionWarning.letter_id == Letter.id, ConnectionWarning.deputy_letter_id == Letter.id
    )
