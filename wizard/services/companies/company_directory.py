"""Client companies: access, lists, and adding one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased, joinedload
from sqlalchemy.sql.selectable import LateralFromClause

from wizard.models import (
    AuditAction,
    Company,
    Connection,
    ConnectionStatus,
    Firm,
    Invitation,
    InvitationStatus,
    Role,
    Standing,
    User,
    now,
)
from wizard.services.audit.trail import about_company, record
from wizard.services.values.organisation_numbers import clean_number
from wizard.services.values.own_words import company_name
from wizard.services.values.references import clean_reference


class DuplicateCompanyError(Exception):
    """The firm already has a company with this number: ``existing``."""

    def __init__(self, existing: Company) -> None:
        super().__init__(existing.public_id)
        self.existing = existing


def find(session: Session, user: User, public_id: str) -> Company | None:
    """A company that the user may see, with its firm; None for other firms' and unknown companies alike."""
    return session.scalar(
        select(Company)
        .where(Company.public_id == public_id, seen_by(user))
        .options(joinedload(Company.firm, innerjoin=True))
    )


def find_connected(
    session: Session, user: User, public_id: str
) -> tuple[Company, Connection | None] | None:
    """A company that the user may see, with its connection unless disconnected; else None."""
    found = session.execute(
        select(Company, Connection)
        .outerjoin(Connection, living_connection())
        .where(Company.public_id == public_id, seen_by(user))
    ).one_or_none()
    return (found[0], found[1]) if found else None


def seen_by(user: User) -> ColumnElement[bool]:
    """The filter for companies that a user may see: members see their firm's, support and admin all."""
    return Company.firm_id == user.firm_id if user.role is Role.MEMBER else true()


@dataclass(frozen=True)
class StateRow:
    """A company with its state: ``status_word`` as in a list's row."""

    name: str
    organisation_number: str
    status_word: str | None
    archived: bool


def of_firm(session: Session, firm: Firm) -> Iterator[StateRow]:
    """All companies of a firm with their states, archived ones too, by name. One statement."""
    query = _with_status().where(Company.firm_id == firm.id)
    for _, company, connection, invitation, _ in session.execute(
        query.order_by(Company.sort_key, Company.id)
    ):
        word, _at = _status(connection, invitation)
        archived = company.archived_at is not None
        yield StateRow(company.name, company.organisation_number, word, archived)


def add(
    session: Session,
    firm: Firm,
    name: str,
    organisation_number: str,
    own_reference: str | None = None,
    responsible: User | None = None,
) -> Company:
    """Add a company to the firm. Commits.

    Raises NameInvalidError, WordsUnfairError, NumberInvalidError, ReferenceInvalidError, or
    DuplicateCompanyError with the existing company.
    """
    number = clean_number(organisation_number)
    company = Company(
        firm_id=firm.id,
        name=company_name(name),
        organisation_number=number,
        own_reference=clean_reference(own_reference),
        responsible_id=responsible.id if responsible else None,
    )
    session.add(company)
    try:
        after = {"name": company.name, "organisation_number": number}
        record(session, AuditAction.COMPANY_CREATED, about_company(company), after=after)
        session.commit()
    except IntegrityError:
        session.rollback()
        existing = find_by_number(session, firm, number)
        if existing is None:
            raise
        raise DuplicateCompanyError(existing) from None
    return company


def find_or_add(session: Session, firm: Firm, name: str, organisation_number: str) -> Company:
    """The firm's company with this number, added if it is new. Raises the errors of ``add``. Commits."""
    try:
        return add(session, firm, name, organisation_number)
    except DuplicateCompanyError as error:
        return error.existing


def find_by_number(session: Session, firm: Firm, organisation_number: str) -> Company | None:
    """The firm's company with these ten digits."""
    return session.scalar(
        select(Company).where(
            Company.firm_id == firm.id, Company.organisation_number == organisation_number
        )
    )


def newest_invitation() -> LateralFromClause:
    """A lateral subquery for a company's newest invitation, to join to the statement's companies."""
    return (
        select(Invitation)
        .where(Invitation.company_id == Company.id)
        .order_by(Invitation.id.desc())
        .limit(1)
        .lateral()
    )


def connection_of(session: Session, company: Company) -> Connection | None:
    """The company's connection; None if it is disconnected or was never made."""
    return session.scalar(
        select(Connection).where(
            Connection.company_id == company.id,
            Connection.is_living,
        )
    )


def living_connection() -> ColumnElement[bool]:
    """The condition that joins a company's connection, unless it is disconnected."""
    living = Connection.is_living
    return (Connection.company_id == Company.id) & living


def _with_status() -> Select[Standing, Company, Connection, Invitation, str]:
    """Companies with their standing, connection (unless disconnected), newest invitation and who is responsible."""
    newest = newest_invitation()
    return (
        select(Standing, Company, Connection, aliased(Invitation, newest), User.name)
        .join(Company, Company.id == Standing.company_id)
        .outerjoin(Connection, living_connection())
        .outerjoin(newest, true())
        .outerjoin(User, User.id == Company.responsible_id)
    )


def _status(
    connection: Connection | None, invitation: Invitation | None
) -> tuple[str | None, datetime | None]:
    """The status to show for a company (its connection's, else its invitation's), and since when."""
    if connection:
        return connection.status.value, connection.last_read_at
    if invitation is None:
        return None, None
    if invitation.had_connection:
        return ConnectionStatus.DISCONNECTED.value, None
    status = invitation.status_at(now())
    if status is InvitationStatus.EXPIRED:
        return status.value, invitation.expires_at
    return status.value, invitation.ended_at or invitation.started_at or invitation.created_at
