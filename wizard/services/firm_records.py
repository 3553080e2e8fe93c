"""One firm's companies, invitations and connections as the platform reads them, in pages that stay put."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from wizard.models import Company, Connection, ConnectionStatus, Invitation
from wizard.services.companies import living_connection, newest_invitation, without_tokens

T = TypeVar("T")


class CursorUnknownError(LookupError):
    """No page of this firm's ended there."""


@dataclass(frozen=True)
class CompanyRecord:
    """A company, its connection unless it is disconnected, and its newest invitation."""

    company: Company
    connection: Connection | None
    invitation: Invitation | None


@dataclass(frozen=True)
class RecordPage(Generic[T]):
    """Some records, the oldest first; ``next_cursor`` is None on the last page."""

    records: list[T]
    next_cursor: str | None


def companies_page(
    session: Session, firm_id: int, number: str | None, after: str | None, limit: int
) -> RecordPage[CompanyRecord]:
    """A page of the firm's companies, of the number (ten digits) if one is given. CursorUnknownError."""
    query = _companies(firm_id).order_by(Company.id).limit(limit + 1)
    if number:
        query = query.where(Company.organisation_number == number)
    if after:
        query = query.where(Company.id > _id_of(session, Company, firm_id, after))
    found = [CompanyRecord(*row) for row in session.execute(query)]
    more = len(found) > limit
    return RecordPage(found[:limit], found[limit - 1].company.public_id if more else None)


def find_company(session: Session, firm_id: int, public_id: str) -> CompanyRecord | None:
    """One of the firm's companies. One statement."""
    row = session.execute(_companies(firm_id).where(Company.public_id == public_id)).one_or_none()
    return CompanyRecord(*row) if row else None


def find_invitation(session: Session, firm_id: int, public_id: str) -> Invitation | None:
    """One of the invitations to the firm's companies, with its company and firm. One statement."""
    return session.scalar(
        select(Invitation)
        .join(Invitation.company)
        .where(Invitation.public_id == public_id, Company.firm_id == firm_id)
        .options(
            contains_eager(Invitation.company).joinedload(Company.firm, innerjoin=True),
            joinedload(Invitation.created_by),
        )
    )


def connections_page(
    session: Session,
    firm_id: int,
    number: str | None,
    status: ConnectionStatus | None,
    after: str | None,
    limit: int,
) -> RecordPage[Connection]:
    """A page of the firm's connections, of this number and this status if given. CursorUnknownError."""
    wanted: list[ColumnElement[bool]] = []
    if number:
        wanted.append(Company.organisation_number == number)
    if status:
        wanted.append(Connection.status == status)
    if after:
        wanted.append(Connection.id > _id_of(session, Connection, firm_id, after))
    query = _connections(firm_id).where(*wanted).order_by(Connection.id).limit(limit + 1)
    found = list(session.scalars(query))
    more = len(found) > limit
    return RecordPage(found[:limit], found[limit - 1].public_id if more else None)


def find_connection(session: Session, firm_id: int, public_id: str) -> Connection | None:
    """One of the firm's connections, with its company. One statement."""
    return session.scalar(_connections(firm_id).where(Connection.public_id == public_id))


def _companies(firm_id: int) -> Select[Company, Connection, Invitation]:
    newest = newest_invitation()
    return (
        select(Company, Connection, aliased(Invitation, newest))
        .outerjoin(Connection, living_connection())
        .outerjoin(newest, true())
        .where(Company.firm_id == firm_id)
        .options(without_tokens(), joinedload(Company.firm, innerjoin=True))
    )


def _connections(firm_id: int) -> Select[Connection]:
    return (
        select(Connection)
        .join(Connection.company)
        .where(Connection.firm_id == firm_id)
        .options(contains_eager(Connection.company), without_tokens())
        .execution_options(populate_existing=True)
    )


def _id_of(
    session: Session, kind: type[Company] | type[Connection], firm_id: int, public_id: str
) -> int:
    found = session.scalar(
        select(kind.id).where(kind.public_id == public_id, kind.firm_id == firm_id)
    )
    if found is None:
        raise CursorUnknownError
    return found
