"""Searching the audit trail: by person, object, kind and time, newest first, however long it is.

Entries are numbered in the order of time, and every search follows an index backwards by number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import (
    ApiKey,
    AuditAction,
    AuditEntry,
    Base,
    Company,
    Firm,
    IdentityProvider,
    User,
    WebhookReceiver,
)
from wizard.services.pages import PAGE, Page, number_in
from wizard.services.values.email_addresses import pasted_email
from wizard.services.values.search import matches

MOST_OBJECTS = 25  # of each kind that a name may mean
BATCH = 1000
# An entry gets its number when it is written and its time just before: two that are written at once
# may have them the other way round, by less than this.
DISORDER = timedelta(minutes=1)
NAMED = (
    (Firm, Firm.name),
    (User, User.name),
    (ApiKey, ApiKey.name),
    (WebhookReceiver, WebhookReceiver.description),
    (IdentityProvider, IdentityProvider.name),
)


@dataclass(frozen=True)
class Wanted:
    """What is searched for; empty parts are not asked about.

    ``firm_id`` is the only firm that the reader may read about. ``person`` is an address: of who did
    it, or of whom it concerns. ``thing`` is a name, a number or an id. ``since`` is included and
    ``until`` is not.
    """

    firm_id: int | None = None
    person: str = ""
    thing: str = ""
    action: AuditAction | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether it asks for less than the reader may read."""
        return replace(self, firm_id=None) != Wanted()


def find_page(session: Session, wanted: Wanted, after: str = "") -> Page[AuditEntry]:
    """A page of entries, newest first; ``after`` is the previous page's cursor (an entry's id)."""
    found = _newest(session, wanted, number_in(after), PAGE + 1)
    rows = found[:PAGE]
    return Page(rows, str(rows[-1].id) if len(found) > PAGE else None)


def everything(
    sessions: sessionmaker[Session], wanted: Wanted, before: int, most: int
) -> Iterator[AuditEntry]:
    """The newest ``most`` entries older than the one with the id ``before``, some at a time."""
    while most > 0:
        with sessions() as session:
            some = _newest(session, wanted, before, min(BATCH, most))
        yield from some
        if len(some) < BATCH:
            return
        most, before = most - len(some), some[-1].id


def _newest(session: Session, wanted: Wanted, before: int | None, number: int) -> list[AuditEntry]:
    ways = _ways(session, wanted)
    filters = [*_filters(wanted), *([AuditEntry.id < before] if before else [])]
    newest = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(number)
    if ways is None:
        return list(session.scalars(newest.where(*filters)))
    if not ways:
        return []
    ids = union(*(_some(way, filters, number) for way in ways)).subquery()
    return list(session.scalars(newest.where(AuditEntry.id.in_(select(ids.c[0])))))


def _some(way: ColumnElement[bool], filters: list[ColumnElement[bool]], number: int) -> Select[int]:
    """The newest ids of one way to what is wanted, which an index has in this order."""
    found = select(AuditEntry.id).where(way, *filters).order_by(AuditEntry.id.desc()).limit(number)
    return select(found.subquery().c[0])


def _ways(session: Session, wanted: Wanted) -> list[ColumnElement[bool]] | None:
    """Filters that each have an index, any of which may hold; None if all entries are wanted."""
    hers = _of_person(wanted.person) if wanted.person else None
    if not wanted.thing:
        return hers
    about: list[ColumnElement[bool]] = [
        and_(AuditEntry.object_kind == kind, AuditEntry.object_id == row_id)
        for kind, row_id in _things(session, wanted.thing)
    ]
    about += [AuditEntry.firm_id == firm_id for firm_id in _firms(session, wanted.thing)]
    return about if hers is None else [and_(one, or_(*hers)) for one in about]


def _of_person(person: str) -> list[ColumnElement[bool]]:
    address = pasted_email(person).lower()
    account = select(User.id).where(User.email == address).scalar_subquery()
    return [AuditEntry.person == address, AuditEntry.user_id == account]


def _things(session: Session, text: str) -> list[tuple[str, str]]:
    """The tables and ids of the rows that a name, a number or an id may mean."""
    companies = select(Company.public_id).where(matches(text))
    found = [("companies", row_id) for row_id in session.scalars(companies.limit(MOST_OBJECTS))]
    for table, name in NAMED:
        rows = select(table).where(name.istartswith(text, autoescape=True)).limit(MOST_OBJECTS)
        found += [(table.__tablename__, _id(row)) for row in session.scalars(rows)]
    kinds = [Company.__tablename__, *(table.__tablename__ for table, _name in NAMED)]
    by_id = [(kind, text) for kind in kinds] if " " not in text else []
    return list(dict.fromkeys([*found, *by_id]))


def _firms(session: Session, name: str) -> list[int]:
    """The firms with this name: of a firm everything is shown that is about its people and companies too."""
    return list(session.scalars(select(Firm.id).where(func.lower(Firm.name) == name.lower())))


def _id(row: Base) -> str:
    return str(getattr(row, "public_id", None) or row.id)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.firm_id is not None:
        filters.append(AuditEntry.firm_id == wanted.firm_id)
    if wanted.action:
        filters.append(AuditEntry.action == wanted.action)
    if wanted.since:
        filters += [AuditEntry.at >= wanted.since, AuditEntry.id >= _first(wanted.since)]
    if wanted.until:
        filters += [AuditEntry.at < wanted.until, AuditEntry.id <= _last(wanted.until)]
    return filters


def _first(since: datetime) -> ColumnElement[int]:
    """The number with which a time begins: entries of other times are not looked at."""
    begins = select(AuditEntry.id).where(AuditEntry.at >= since - DISORDER)
    return begins.order_by(AuditEntry.at).limit(1).scalar_subquery()


def _last(until: datetime) -> ColumnElement[int]:
    ends = select(AuditEntry.id).where(AuditEntry.at < until + DISORDER)
    return ends.order_by(AuditEntry.at.desc()).limit(1).scalar_subquery()
