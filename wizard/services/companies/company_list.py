"""The list of companies: where each stands, by filters, search and order, a page at a time, either way.

Each reading is one statement, and one more before it where several words are searched for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, sessionmaker

from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    Firm,
    InvitationStatus,
    MoveReason,
    Role,
    Standing,
    Step,
    User,
    Whose,
    now,
)
from wizard.services import pages
from wizard.services.companies.list_filters import Filters, conditions, of_user
from wizard.services.companies.list_search import found_by

BATCH = 500
MOST_COUNTED = 1000  # beyond that counting costs more than the number is worth


class Order(StrEnum):
    """How a list is sorted. By last read, only what has a living connection is in it."""

    NAME = "name"
    LONGEST = "longest"
    NEWEST = "newest"
    READ = "read"


@dataclass(frozen=True)
class Wanted:
    """Which companies a list shows, and in which order; ``search`` is from clean_search."""

    filters: Filters = field(default_factory=Filters)
    search: str = ""
    order: Order = Order.NAME

    @property
    def of_connections(self) -> bool:
        """Whether only what has a living connection is in the list."""
        return self.order is Order.READ or self.filters.unread is not None


@dataclass(frozen=True)
class Line:
    """A company in a list. ``responsible`` is her name; ``connection_id`` is the newest connection's, ended or not."""

    public_id: str
    name: str
    organisation_number: str
    own_reference: str | None
    firm_id: int
    firm_name: str
    responsible: str | None
    provider: str | None
    status: str | None
    move: Whose
    reason: MoveReason
    since: datetime
    step: Step | None
    last_cause: str | None
    last_read_at: datetime | None
    approver_name: str | None
    connection_id: str | None


@dataclass(frozen=True)
class ListPage:
    """A page of a list; ``previous`` and ``next`` are the cursors of the pages beside it, if there are any."""

    lines: list[Line]
    previous: str | None
    next: str | None


def page(
    session: Session, user: User, wanted: Wanted, after: str = "", before: str = ""
) -> ListPage:
    """The page after, or before, the company with this public id; else the first.

    Members see their firm's companies, support and admin all; an unknown cursor gives an empty page.
    """
    back = bool(before)
    size = pages.PAGE
    query = _lines(session, user, wanted, before or after, size + 1, back=back)
    found = [_line(*row) for row in session.execute(query)]
    more, lines = len(found) > size, found[:size]
    if back:
        lines.reverse()
    has_previous, has_next = (more, bool(lines)) if back else (bool(after and lines), more)
    return ListPage(
        lines,
        lines[0].public_id if has_previous else None,
        lines[-1].public_id if has_next else None,
    )


def count(session: Session, user: User, wanted: Wanted) -> int:
    """How many companies are wanted, counted to 1001 at most."""
    return session.scalar(_counted(session, user, wanted)) or 0


def counts(
    session: Session, user: User, wanted: Wanted, parties: Iterable[Whose]
) -> dict[Whose, int]:
    """How many of them are each of these parties', counted to 1001 at most."""
    found = {
        whose: _counted(
            session, user, replace(wanted, filters=replace(wanted.filters, whose=whose))
        )
        for whose in parties
    }
    row = session.execute(select(*(one.scalar_subquery() for one in found.values()))).one()
    return dict(zip(found, row, strict=True))


def everything(
    sessions: sessionmaker[Session], user: User, wanted: Wanted, most: int
) -> Iterator[Line]:
    """The first ``most`` lines of a list, read some at a time, each time in a transaction of its own."""
    after = ""
    while most > 0:
        with sessions() as session:
            query = _lines(session, user, wanted, after, min(BATCH, most), back=False)
            some = [_line(*row) for row in session.execute(query)]
        yield from some
        if len(some) < BATCH:
            return
        most, after = most - len(some), some[-1].public_id


def ids(session: Session, user: User, wanted: Wanted, most: int) -> list[int]:
    """The ids of the companies that are wanted, at most so many."""
    query = _chosen(session, select(Standing.company_id), user, wanted)
    return list(session.scalars(_ordered(query, user, wanted, "", back=False).limit(most)))


def _counted(session: Session, user: User, wanted: Wanted) -> Select[int]:
    if wanted.search and not wanted.of_connections:
        found = _found(session, user, wanted)
    else:
        found = _chosen(session, select(Standing.company_id), user, wanted)
    found = found.limit(MOST_COUNTED + 1)
    return select(func.count()).select_from(found.subquery())


def _lines(
    session: Session, user: User, wanted: Wanted, cursor: str, number: int, *, back: bool
) -> Select[*tuple[Any, ...]]:
    """Which companies, and only then what is shown of each: a search finds more than a page has."""
    columns, falls = _columns(wanted)
    named = [one.label(f"by_{place}") for place, one in enumerate(columns)]
    query = _chosen(session, select(Standing.company_id.label("which"), *named), user, wanted)
    chosen = _ordered(query, user, wanted, cursor, back=back).limit(number).subquery()
    order = [chosen.c[one.name] for one in named]
    newest = (
        select(Connection)
        .where(Connection.company_id == Standing.company_id)
        .order_by(Connection.id.desc())
        .limit(1)
        .correlate(Standing)
        .lateral("newest")
    )
    shown = aliased(Connection, newest)
    return (
        select(Standing, Company, Firm.name, User.name, shown)
        .join(chosen, chosen.c.which == Standing.company_id)
        .join(Company, Company.id == Standing.company_id)
        .join(Firm, Firm.id == Standing.firm_id)
        .outerjoin(User, User.id == Company.responsible_id)
        .outerjoin(newest, true())
        .order_by(*_falling(order, falls=back != falls))
    )


def _chosen(
    session: Session, query: Select[*tuple[Any, ...]], user: User, wanted: Wanted
) -> Select[*tuple[Any, ...]]:
    """What is wanted, of what the user may see; without their companies where nothing asks for these."""
    scope = of_user(user)
    chosen = conditions(wanted.filters)
    query = query.select_from(Standing).where(*scope, *chosen)
    if wanted.filters.of_companies:
        query = query.join(Company, Company.id == Standing.company_id)
    if wanted.of_connections:
        query = query.join(Connection, _living())
    if wanted.filters.unread is not None:
        long_ago = now() - timedelta(days=wanted.filters.unread)
        query = query.where(Connection.last_read_at <= long_ago)
    if wanted.search:
        query = query.where(Standing.company_id.in_(_found(session, user, wanted)))
    return query


def _found(session: Session, user: User, wanted: Wanted) -> Select[int]:
    """What the search finds of all that is wanted but for how long ago it was read."""
    firm_id = user.firm_id if user.role is Role.MEMBER else None
    asked = [*of_user(user), *conditions(wanted.filters)]
    of_companies = wanted.filters.of_companies
    most = MOST_COUNTED + 1
    return found_by(session, wanted.search, firm_id, asked, most, of_companies=of_companies)


def _ordered(
    query: Select[*tuple[Any, ...]], user: User, wanted: Wanted, cursor: str, *, back: bool
) -> Select[*tuple[Any, ...]]:
    columns, falls = _columns(wanted)
    if cursor:
        here = select(*columns).select_from(Standing).correlate(None)
        here = here.join(Company, Company.id == Standing.company_id)
        if wanted.order is Order.READ:
            here = here.join(Connection, _living())
        at = here.where(Company.public_id == cursor, *of_user(user)).scalar_subquery()
        row = tuple_(*columns)
        query = query.where(row < at if back != falls else row > at)
    return query.order_by(*_falling(columns, falls=back != falls))


def _falling(columns: Iterable[Any], *, falls: bool) -> Iterator[ColumnElement[Any]]:
    return (one.desc() if falls else one for one in columns)


def _columns(wanted: Wanted) -> tuple[list[InstrumentedAttribute[Any]], bool]:
    """What a list is sorted by, all of it in one index, and whether it falls."""
    if wanted.order is Order.READ:
        return [Connection.last_read_at, Connection.id], False
    if wanted.order in {Order.LONGEST, Order.NEWEST}:
        return [Standing.since, Standing.company_id], wanted.order is Order.NEWEST
    if wanted.filters.of_companies:  # the index of these is the companies' own
        return [Company.sort_key, Company.id], False
    return [Standing.sort_key, Standing.company_id], False


def _living() -> ColumnElement[bool]:
    return (Connection.company_id == Standing.company_id) & Connection.is_living


def _line(
    standing: Standing,
    company: Company,
    firm_name: str,
    responsible: str | None,
    connection: Connection | None,
) -> Line:
    return Line(
        public_id=company.public_id,
        name=company.name,
        organisation_number=company.organisation_number,
        own_reference=company.own_reference,
        firm_id=company.firm_id,
        firm_name=firm_name,
        responsible=responsible,
        provider=standing.provider,
        status=_status(standing),
        move=standing.whose,
        reason=standing.reason,
        since=standing.since,
        step=standing.step,
        last_cause=standing.last_cause,
        last_read_at=connection.last_read_at if connection and connection.is_living else None,
        approver_name=connection.approver_name if connection else None,
        connection_id=connection.public_id if connection else None,
    )


def _status(standing: Standing) -> str | None:
    """The status to show: the connection's, else the invitation's; None where there has been neither."""
    if standing.connection_status:
        return standing.connection_status.value
    if standing.reason is MoveReason.ENDED:
        return ConnectionStatus.DISCONNECTED.value
    if standing.reason is MoveReason.EXPIRED:
        return InvitationStatus.EXPIRED.value
    return standing.invitation_status.value if standing.invitation_status else None
