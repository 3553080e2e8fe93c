"""The fate of every line of an import, before anything happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from wizard.models import (
    LIVING,
    ApiKey,
    AuditAction,
    Company,
    CompanyImport,
    Connection,
    ConnectionStatus,
    Firm,
    ImportLine,
    Invitation,
    LineFate,
    User,
    now,
)
from wizard.organisation_digits import digits_of
from wizard.services.accounts.firms import own_of
from wizard.services.accounts.responsibility import members_of
from wizard.services.audit.trail import About, record
from wizard.services.imports.columns import LANGUAGES, Column, columns_of
from wizard.services.imports.tables import (
    MOST_ROWS,
    Row,
    TableEmptyError,
    TooManyRowsError,
    rows_of,
)
from wizard.services.values.email_addresses import clean_email
from wizard.services.values.names import NameInvalidError
from wizard.services.values.organisation_numbers import clean_number
from wizard.services.values.own_words import Own, company_name, fair_name
from wizard.services.values.references import clean_reference

LONGEST_WRONG = 100  # of a wrong value, as much as is shown
LONGEST_CONTACT = 80
AT_A_TIME = 1000
NUMBER_LENGTHS = (10, 12)


@dataclass(frozen=True)
class By:
    """Who hands a list in: a member, a key, or with neither a command."""

    user: User | None = None
    key: ApiKey | None = None


@dataclass
class Judged:
    """A line as it will be stored."""

    number: int
    fate: LineFate = LineFate.NEW
    wrong: str | None = None
    twin: int | None = None
    facts: dict[str, object] = field(default_factory=dict)

    def fail(self, fate: LineFate, value: str) -> None:
        """Give the line a fate with the value that is wrong; the first one counts."""
        if self.fate.is_good:
            self.fate, self.wrong = fate, value[:LONGEST_WRONG]


@dataclass(frozen=True)
class Rule:
    """How a column is read: what it becomes, by what, and the fate of a line where that fails."""

    fact: str
    fate: LineFate
    clean: Callable[[str, dict[str, User], Own], object]
    needed: bool = False


def read(session: Session, firm: Firm, by: By, data: bytes | str) -> CompanyImport:
    """Judge every line of a table and store them; nothing else happens. Commits.

    Raises TableUnreadableError, TableEmptyError or TooManyRowsError.
    """
    rows = rows_of(data)
    members = members_of(session, firm.id)
    people = {word.lower(): user for user in members for word in (user.name, user.email)}
    places, has_headings = columns_of(rows, people.keys())
    body = rows[1:] if has_headings else rows
    if not body:
        raise TableEmptyError
    if len(body) > MOST_ROWS:
        raise TooManyRowsError
    judged = _judge_all(session, firm, body, places, people)
    found = CompanyImport(
        firm_id=firm.id,
        made_by_id=by.user.id if by.user else None,
        key_id=by.key.id if by.key else None,
    )
    session.add(found)
    session.flush()
    lines = [_stored(found, line) for line in judged]
    for start in range(0, len(lines), AT_A_TIME):
        session.execute(insert(ImportLine), lines[start : start + AT_A_TIME])
    about = About(found, found.public_id, firm_id=firm.id)
    after = {"done": "import_read", "number": len(lines)}
    record(session, AuditAction.BULK_DONE, about, after=after)
    session.commit()
    return found


def _judge_all(
    session: Session,
    firm: Firm,
    rows: Sequence[Row],
    places: dict[Column, int],
    people: dict[str, User],
) -> list[Judged]:
    own, first = own_of(firm), dict[str, int]()
    judged = []
    for row in rows:
        cells = {
            column: row.cells[place] for column, place in places.items() if place < len(row.cells)
        }
        line = _judge(row.number, cells, people, own)
        digits = str(line.facts.get("organisation_number", ""))
        if line.fate.is_good and digits in first:
            line.fate, line.twin = LineFate.DUPLICATE, first[digits]
        elif line.fate.is_good:
            first[digits] = row.number
        judged.append(line)
    _find_standing(session, firm, judged)
    return judged


def _judge(number: int, cells: dict[Column, str], people: dict[str, User], own: Own) -> Judged:
    """A line by itself; what is good of a bad line is kept too, so that it can be shown."""
    line = Judged(number)
    for column, rule in RULES.items():
        written = cells.get(column, "")
        if not (written or rule.needed):
            continue
        try:
            line.facts[rule.fact] = rule.clean(written, people, own)
        except ValueError:
            line.fail(rule.fate, written)
    written = cells.get(Column.NUMBER, "")
    if line.fate is LineFate.NUMBER_WRONG and _is_whole(written):
        line.fate = LineFate.CHECK_DIGIT_WRONG
    return line


def _is_whole(number: str) -> bool:
    digits = digits_of(number)
    return len(digits) in NUMBER_LENGTHS and digits.isascii() and digits.isdigit()


def _language(text: str) -> str:
    if found := LANGUAGES.get(text.lower()):
        return found
    raise ValueError(text)


def _responsible_id(text: str, people: dict[str, User]) -> int:
    if she := people.get(" ".join(text.lower().split())):
        return she.id
    raise ValueError(text)


def _contact_name(text: str, own: Own) -> str:
    name = fair_name(text, own)
    if len(name) > LONGEST_CONTACT:
        raise NameInvalidError
    return name


# In the order in which what is wrong is told: a line has one fate.
RULES = {
    Column.NUMBER: Rule(
        "organisation_number",
        LineFate.NUMBER_WRONG,
        lambda text, _people, _own: clean_number(text),
        needed=True,
    ),
    Column.NAME: Rule(
        "name", LineFate.NAME_WRONG, lambda text, _people, _own: company_name(text), needed=True
    ),
    Column.EMAIL: Rule(
        "email", LineFate.ADDRESS_WRONG, lambda text, _people, _own: clean_email(text)
    ),
    Column.CONTACT: Rule(
        "contact_name", LineFate.CONTACT_WRONG, lambda text, _people, own: _contact_name(text, own)
    ),
    Column.LANGUAGE: Rule(
        "language", LineFate.LANGUAGE_WRONG, lambda text, _people, _own: _language(text)
    ),
    Column.RESPONSIBLE: Rule(
        "responsible_id",
        LineFate.RESPONSIBLE_WRONG,
        lambda text, people, _own: _responsible_id(text, people),
    ),
    Column.REFERENCE: Rule(
        "own_reference", LineFate.REFERENCE_WRONG, lambda text, _people, _own: clean_reference(text)
    ),
}


def _find_standing(session: Session, firm: Firm, judged: Sequence[Judged]) -> None:
    """Which of the good lines name a company that is there already, and how it stands."""
    good = {str(line.facts["organisation_number"]): line for line in judged if line.fate.is_good}
    found = session.execute(_standing(firm, list(good)))
    for number, company_id, status, invited in found:
        line = good[number]
        line.facts["company_id"] = company_id
        renewal = status is ConnectionStatus.RENEWAL_NEEDED
        if invited:
            line.fate = LineFate.INVITED
        elif status and not renewal:
            line.fate = LineFate.CONNECTED
        else:
            line.fate = LineFate.EXISTS


def _standing(
    firm: Firm, numbers: Sequence[str]
) -> Select[str, int, ConnectionStatus | None, int | None]:
    living = (
        (Invitation.company_id == Company.id)
        & Invitation.status.in_(LIVING)
        & (Invitation.expires_at > now())
    )
    connected = (Connection.company_id == Company.id) & Connection.is_living
    return (
        select(Company.organisation_number, Company.id, Connection.status, Invitation.id)
        .outerjoin(Connection, connected)
        .outerjoin(Invitation, living)
        .where(Company.firm_id == firm.id, Company.organisation_number.in_(numbers))
    )


def _stored(found: CompanyImport, line: Judged) -> dict[str, object]:
    facts = dict.fromkeys(
        (
            "name",
            "organisation_number",
            "email",
            "contact_name",
            "language",
            "responsible_id",
            "own_reference",
            "company_id",
        )
    )
    return {
        **facts,
        **line.facts,
        "import_id": found.id,
        "number": line.number,
        "fate": line.fate,
        "wrong": line.wrong,
        "twin": line.twin,
        "made": False,
    }
