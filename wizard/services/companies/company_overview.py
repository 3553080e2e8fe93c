"""The data of a company's pages: connection, newest invitation and history."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased, joinedload

from wizard.models import (
    Authorization,
    Company,
    Connection,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    Standing,
    User,
    deciding_first,
    now,
)
from wizard.models.event import NOT_OPENED, OPENED
from wizard.services.companies.company_directory import (
    living_connection,
    newest_invitation,
    seen_by,
)
from wizard.services.pages import Page, number_in, read_page

HISTORY = 100


@dataclass(frozen=True)
class InvitationFacts:
    """The newest invitation.

    ``links`` counts working links, ``last_cause`` is that of the attempt that decides, ``told_cause``
    the one that the approver has told the sender of, while it is that of the attempt that decides.
    """

    id: int
    provider: str
    status: str
    had_connection: bool
    created_at: datetime
    expires_at: datetime
    consent_ends_on: date | None
    created_by: str | None
    code: str
    links: int
    new_link_asked: bool
    number_questioned: bool
    told_cause: str | None
    decline_reason: str | None
    last_cause: str | None
    reminders_paused: bool


@dataclass(frozen=True)
class CompanyFacts:
    """A company, its connection unless disconnected, its newest invitation, and whose move it is."""

    company: Company
    connection: Connection | None
    invitation: InvitationFacts | None
    standing: Standing


def facts(session: Session, user: User, public_id: str) -> CompanyFacts | None:
    """The data of a company that the user may see, else None. One statement."""
    newest = newest_invitation()
    invitation = aliased(Invitation, newest)
    line = session.execute(
        select(Company, Connection, invitation, User.name, *_of(invitation), Standing)
        .join(Standing, Standing.company_id == Company.id)
        .outerjoin(Connection, living_connection())
        .outerjoin(newest, true())
        .outerjoin(User, User.id == invitation.created_by_id)
        .where(Company.public_id == public_id, seen_by(user))
        .options(joinedload(Company.firm, innerjoin=True))
    ).one_or_none()
    return CompanyFacts(line[0], line[1], _invitation(line), line.Standing) if line else None


def history(session: Session, company: Company) -> list[Event]:
    """The newest events of a company, newest first, each with its user. One statement.

    Opened documents are excluded: they are many and have a separate list.
    """
    query = _newest_events(company).where(NOT_OPENED)
    return list(session.scalars(query.limit(HISTORY)))


def openings(session: Session, company: Company, after: str = "") -> Page[Event]:
    """A page of openings of documents, newest first; ``after`` is an event's id. One statement."""
    query = _newest_events(company, number_in(after)).where(OPENED)
    return read_page(session, query, lambda event: event, lambda event: event.id)


def _newest_events(company: Company, before: int | None = None) -> Select[Event]:
    """A company's events, sorted by company and id, the order of their index.

    Sorted by id alone, PostgreSQL may scan the events of all companies backwards instead.
    """
    last = tuple_(Event.company_id, Event.id) < tuple_(literal(company.id), literal(before))
    mine = (Event.company_id >= company.id, last if before else Event.company_id <= company.id)
    newest_first = (Event.company_id.desc(), Event.id.desc())
    return select(Event).where(*mine).order_by(*newest_first).options(joinedload(Event.user))


def _of(invitation: type[Invitation]) -> tuple[ColumnElement[Any], ...]:
    """Facts about an invitation from other tables, as subqueries of the same statement."""
    working = select(func.count(InvitationKey.id)).where(
        InvitationKey.invitation_id == invitation.id, InvitationKey.ended_at.is_(None)
    )
    last = (
        select(Authorization.cause)
        .where(Authorization.invitation_id == invitation.id)
        .order_by(*deciding_first())
        .limit(1)
    )
    reason = select(Event.note).where(
        Event.invitation_id == invitation.id, Event.kind == EventKind.INVITATION_DECLINED
    )
    told = (
        select(Event.cause)
        .where(Event.invitation_id == invitation.id, Event.kind == EventKind.CAUSE_TOLD)
        .order_by(Event.id.desc())
    )
    by_staff = Event.user_id.is_not(None)
    given = [EventKind.LINK_MADE, EventKind.LETTER_SENT]
    return (
        working.scalar_subquery().label("links"),
        _newest(invitation, [EventKind.NEW_LINK_ASKED]).label("asked"),
        _newest(invitation, given, by_staff).label("given"),
        _newest(invitation, [EventKind.NUMBER_QUESTIONED]).label("questioned"),
        told.limit(1).scalar_subquery().label("told"),
        reason.limit(1).scalar_subquery().label("reason"),
        last.scalar_subquery().label("cause"),
    )


def _newest(
    invitation: type[Invitation], kinds: list[EventKind], *more: ColumnElement[bool]
) -> ScalarSelect[int]:
    """A subquery for the id of the invitation's newest event of these kinds."""
    return (
        select(func.max(Event.id))
        .where(Event.invitation_id == invitation.id, Event.kind.in_(kinds), *more)
        .scalar_subquery()
    )


def _invitation(line: Row[*tuple[Any, ...]]) -> InvitationFacts | None:
    invitation = line[2]
    if invitation is None:
        return None
    return InvitationFacts(
        id=invitation.id,
        provider=invitation.provider,
        status=invitation.status_at(now()).value,
        had_connection=invitation.had_connection,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
        consent_ends_on=invitation.consent_ends_on,
        created_by=line.name,
        code=invitation.code,
        links=line.links,
        new_link_asked=(line.asked or 0) > (line.given or 0),
        number_questioned=line.questioned is not None,
        told_cause=line.told if line.told == line.cause else None,
        decline_reason=line.reason,
        last_cause=line.cause,
        reminders_paused=invitation.reminders_paused_at is not None,
    )
