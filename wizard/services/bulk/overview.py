"""What the pages about a bulk action show: its companies, their fates, and how far it has come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, sessionmaker

from wizard.models import (
    BulkAction,
    BulkFate,
    BulkReason,
    BulkRow,
    Company,
    Firm,
    Role,
    User,
)
from wizard.services.invitations.mailing import MOST_IN_ONE
from wizard.services.pages import Page, number_in, read_page

RECENT = 10
BATCH = 500


@dataclass(frozen=True)
class Counted:
    """How many companies have a fate for a reason."""

    fate: BulkFate
    reason: BulkReason | None
    number: int


@dataclass(frozen=True)
class Progress:
    """How many companies there are of each fate, and of each reason; ``found`` by what a check came to.

    ``mails`` are still to go, ``to_one`` of them at most to one address: one mail is about all of a
    firm's companies of one reader.
    """

    counts: list[Counted]
    found: dict[str, int]
    mails: int
    to_one: int

    def of(self, *fates: str) -> int:
        """How many have one of these fates."""
        return sum(one.number for one in self.counts if one.fate in fates)

    def reasons(self, fate: str) -> list[Counted]:
        """Why, the most common first."""
        return [one for one in self.counts if one.fate == fate and one.reason]

    @property
    def all(self) -> int:
        """All companies of the action."""
        return sum(one.number for one in self.counts)

    @property
    def to_do(self) -> int:
        """Those that it was to be done to, when it was previewed."""
        return self.all - self.of(BulkFate.WILL_NOT)


@dataclass(frozen=True)
class RowShown:
    """A row with its company, which is None when it was removed, and the company's firm's name."""

    row: BulkRow
    company: Company | None
    firm_name: str | None


def find(session: Session, user: User, public_id: str) -> BulkAction | None:
    """An action that she may see: of her firm, if she is a member; else her own. One statement."""
    return session.scalar(
        select(BulkAction)
        .where(BulkAction.public_id == public_id, _seen_by(user))
        .options(joinedload(BulkAction.made_by), joinedload(BulkAction.responsible))
    )


def recent(session: Session, user: User) -> Sequence[BulkAction]:
    """The newest of those that she may see and somebody began, at most ten. One statement."""
    return session.scalars(
        select(BulkAction)
        .where(_seen_by(user), BulkAction.started_at.is_not(None))
        .order_by(BulkAction.id.desc())
        .limit(RECENT)
        .options(joinedload(BulkAction.made_by))
    ).all()


def progress(session: Session, found: BulkAction) -> Progress:
    """Counts of the action's rows. Three statements."""
    here = BulkRow.bulk_id == found.id
    number = func.count()
    counts = session.execute(
        select(BulkRow.fate, BulkRow.reason, number)
        .where(here)
        .group_by(BulkRow.fate, BulkRow.reason)
        .order_by(number.desc(), BulkRow.reason)
    )
    words = session.execute(
        select(BulkRow.found, number)
        .where(here, BulkRow.found.is_not(None))
        .group_by(BulkRow.found)
    )
    left = (here, BulkRow.fate == BulkFate.WILL, BulkRow.email.is_not(None))
    by_reader = select(number.label("number")).where(*left).group_by(BulkRow.email).subquery()
    in_one = MOST_IN_ONE if found.firm_id else 1
    of_each = func.ceil(by_reader.c.number / float(in_one))
    mails, to_one = session.execute(select(func.sum(of_each), func.max(of_each))).one()
    return Progress(
        [Counted(*line) for line in counts],
        {word: times for word, times in words if word},
        int(mails or 0),
        int(to_one or 0),
    )


def rows_page(
    session: Session,
    found: BulkAction,
    after: str = "",
    fate: BulkFate | None = None,
    reason: BulkReason | None = None,
) -> Page[RowShown]:
    """A page of the action's rows, those with this fate and reason if they are given. One statement."""
    query = _rows(found)
    if fate:
        query = query.where(BulkRow.fate == fate)
    if reason:
        query = query.where(BulkRow.reason == reason)
    if number := number_in(after):
        query = query.where(BulkRow.id > number)
    return read_page(session, query, RowShown, lambda shown: shown.row.id)


def everything(sessions: sessionmaker[Session], found: BulkAction) -> Iterator[RowShown]:
    """All rows, read some at a time, each time in a transaction of its own."""
    after = 0
    while True:
        with sessions() as session:
            query = _rows(found).where(BulkRow.id > after).limit(BATCH)
            some = [RowShown(*line) for line in session.execute(query)]
        yield from some
        if len(some) < BATCH:
            return
        after = some[-1].row.id


def _rows(found: BulkAction) -> Select[BulkRow, Company, str]:
    return (
        select(BulkRow, Company, Firm.name)
        .outerjoin(Company, Company.id == BulkRow.company_id)
        .outerjoin(Firm, Firm.id == Company.firm_id)
        .where(BulkRow.bulk_id == found.id)
        .order_by(BulkRow.id)
    )


def _seen_by(user: User) -> ColumnElement[bool]:
    if user.role is Role.MEMBER:
        return BulkAction.firm_id == user.firm_id
    return BulkAction.made_by_id == user.id
