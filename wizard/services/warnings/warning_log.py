"""The letters to staff that no invitation is behind: to whom, when, about which connections."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, Select, Subquery, func, select, union_all
from sqlalchemy.orm import Session, joinedload

from wizard.models import Company, Connection, ConnectionWarning, Letter, LetterKind
from wizard.services.pages import Page, older_than, read_page
from wizard.services.warnings.incidents import told_in

SHOWN = 100
TO_OTHERS = [kind for kind in LetterKind if kind.asked_by_anybody]
MOST_COUNTED = 1000  # beyond that counting costs more than the number is worth


@dataclass(frozen=True)
class LogRow:
    """A letter in the list; ``company`` is the first one warned about, ``number`` how many there are.

    The list counts to 1001 at most, and takes the first by name among the first hundred warnings.
    """

    public_id: str
    kind: LetterKind
    recipient: str
    recipient_name: str | None
    firm_name: str | None
    status: str
    at: datetime
    company: str | None
    number: int


def list_page(session: Session, after: str = "") -> Page[LogRow]:
    """A page of letters, the newest first, in one statement; ``after`` is the last page's cursor."""
    query = (
        _lines(SHOWN, MOST_COUNTED + 1)
        .where(older_than(Letter.public_id, after))
        .order_by(Letter.id.desc())
    )
    return read_page(session, query, _row, lambda row: row.public_id)


def find(session: Session, public_id: str) -> tuple[LogRow, list[ConnectionWarning]] | None:
    """A letter and its first 100 warnings, with their connections and companies. Two statements."""
    line = session.execute(_lines().where(Letter.public_id == public_id)).one_or_none()
    return (_row(*line), told_in(session, line[0], still=False, most=SHOWN)) if line else None


def _lines(named: int | None = None, counted: int | None = None) -> Select[Letter, str, int]:
    """Letters without an invitation, each with its first company and its number of warnings.

    Reads no more warnings of a letter than ``named`` and ``counted`` say.
    """
    to_staff = select(Letter, _first_company(named), _number(counted))
    listed = (Letter.invitation_id.is_(None), Letter.kind.not_in(TO_OTHERS))
    return to_staff.where(*listed).options(joinedload(Letter.firm))


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


def _first_company(most: int | None) -> ScalarSelect[str]:
    told = _told_of(most)
    return (
        select(Company.name)
        .join(Connection, Connection.company_id == Company.id)
        .join(told, told.c.connection_id == Connection.id)
        .order_by(Company.sort_key)
        .limit(1)
        .scalar_subquery()
    )


def _number(most: int | None) -> ScalarSelect[int]:
    return select(func.count()).select_from(_told_of(most)).scalar_subquery()


def _told_of(most: int | None) -> Subquery:
    """The connections that a letter reports, to the first recipient or to the deputy.

    The range in place of an equality makes PostgreSQL go by this order's index. Where one letter has
    most of all warnings, it would otherwise read the whole table for every letter.
    """
    parts = [
        select(ConnectionWarning.connection_id)
        .where(column >= Letter.id, column <= Letter.id)
        .order_by(column, ConnectionWarning.id)
        .limit(most)
        .correlate(Letter)
        for column in (ConnectionWarning.letter_id, ConnectionWarning.deputy_letter_id)
    ]
    return union_all(*parts).subquery()
