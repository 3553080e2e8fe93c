"""The letters to staff that no invitation is behind: to whom, when, about which connections."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from wizard.models import Company, Connection, ConnectionWarning, Letter, LetterKind
from wizard.services.troubles import told_in

PAGE = 50
SHOWN = 100


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
    query = _lines()
    if after:
        last = select(Letter.id).where(Letter.public_id == after)
        query = query.where(Letter.id < last.scalar_subquery())
    found = session.execute(query.order_by(Letter.id.desc()).limit(PAGE + 1)).all()
    rows = [_row(*line) for line in found[:PAGE]]
    return LogPage(rows, rows[-1].public_id if len(found) > PAGE else None)


def find(session: Session, public_id: str) -> tuple[LogRow, list[ConnectionWarning]] | None:
    """A letter, and the first 100 it told of, each with its connection and company. Two statements."""
    line = session.execute(_lines().where(Letter.public_id == public_id)).one_or_none()
    return (_row(*line), told_in(session, line[0], still=False, most=SHOWN)) if line else None


def _lines() -> Select[Letter, str, int]:
    """Letters that no invitation is behind, each with what it tells of first, and of how many."""
    to_staff = select(Letter, _first_company(), _number()).where(Letter.invitation_id.is_(None))
    return to_staff.options(joinedload(Letter.firm))


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
