"""A firm's companies, invitations and connections for the API, in pages with a stable order."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    Invitation,
    Standing,
    reference_key,
)
from wizard.services.companies.company_directory import (
    living_connection,
    newest_invitation,
)
from wizard.services.pages import Page, read_page


class CursorUnknownError(LookupError):
    """The cursor is not one of this firm's records."""


@dataclass(frozen=True)
class CompanyRecord:
    """A company, its connection (None if disconnected), its newest invitation, and whose move it is."""

    company: Company
    connection: Connection | None
    invitation: Invitation | None
    standing: Standing


@dataclass(frozen=True)
class Wanted:
    """Which companies: with this number (ten digits), with this own reference whatever its case; None: all."""

    number: str | None = None
    own_reference: str | None = None

    @property
    def filters(self) -> list[ColumnElement[bool]]:
        """The filters of a statement about companies."""
        found: list[ColumnElement[bool]] = []
        if self.number:
            found.append(Company.organisation_number == self.number)
        if self.own_reference:
            found.append(Company.reference_key == reference_key(self.own_reference))
        return found


def companies_page(
    session: Session, firm_id: int, wanted: Wanted, after: str | None, limit: int
) -> Page[CompanyRecord]:
    """A page of the firm's companies, oldest first.

    Raises CursorUnknownError.
    """
    query = _companies(firm_id).where(*wanted.filters).order_by(Company.id)
    if after:
        query = query.where(Company.id > _id_of(session, Company, firm_id, after))
    return read_page(session, query, CompanyRecord, lambda record: record.company.public_id, limit)


def find_company(session: Session, firm_id: int, public_id: str) -> CompanyRecord | None:
    """A company of the firm, by public id; None if the firm has no such company. One statement."""
    row = session.execute(_companies(firm_id).where(Company.public_id == public_id)).one_or_none()
    return CompanyRecord(*row) if row else None


def find_invitation(session: Session, firm_id: int, public_id: str) -> Invitation | None:
    """An invitation of the firm, by public id, with company and firm; else None. One statement."""
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
    of: Wanted,
    status: ConnectionStatus | None,
    after: str | None,
    limit: int,
) -> Page[Connection]:
    """A page of the firm's connections, oldest first, optionally by status.

    Raises CursorUnknownError.
    """
    wanted = of.filters
    if status:
        wanted.append(Connection.status == status)
    if after:
        wanted.append(Connection.id > _id_of(session, Connection, firm_id, after))
    query = _connections(firm_id).where(*wanted).order_by(Connection.id)
    return read_page(
        session, query, lambda connection: connection, lambda row: row.public_id, limit
    )


def find_connection(session: Session, firm_id: int, public_id: str) -> Connection | None:
    """A connection of the firm, by public id, with its company; else None. One statement."""
    return session.scalar(_connections(firm_id).where(Connection.public_id == public_id))


def _companies(firm_id: int) -> Select[Company, Connection, Invitation, Standing]:
    newest = newest_invitation()
    return (
        select(Company, Connection, aliased(Invitation, newest), Standing)
        .join(Standing, Standing.company_id == Company.id)
        .outerjoin(Connection, living_connection())
        .outerjoin(newest, true())
        .where(Company.firm_id == firm_id)
        .options(joinedload(Company.firm, innerjoin=True), joinedload(Company.responsible))
    )


def _connections(firm_id: int) -> Select[Connection]:
    return (
        select(Connection)
        .join(Connection.company)
        .where(Connection.firm_id == firm_id)
        .options(contains_eager(Connection.company))
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
