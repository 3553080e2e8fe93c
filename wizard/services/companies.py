"""Client companies: who may see them, their lists, and adding one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, true, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Load, Session, aliased, joinedload
from sqlalchemy.sql.selectable import LateralFromClause

from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    Firm,
    Invitation,
    InvitationStatus,
    Role,
    User,
    now,
)
from wizard.services.names import clean_name
from wizard.services.organisation_numbers import clean_number
from wizard.services.searching import matches

PAGE = 50


class DuplicateCompanyError(Exception):
    """The firm has a company with this number already: ``existing``."""

    def __init__(self, existing: Company) -> None:
        super().__init__(existing.public_id)
        self.existing = existing


@dataclass(frozen=True)
class CompanyRow:
    """A line in the list; ``status_word`` is a connection's or an invitation's, or None."""

    public_id: str
    name: str
    organisation_number: str
    provider: str | None
    status_word: str | None
    status_at: datetime | None


@dataclass(frozen=True)
class CompanyPage:
    """Some companies in the order of their names; ``next_cursor`` is None on the last page."""

    rows: list[CompanyRow]
    next_cursor: str | None


def find(session: Session, user: User, public_id: str) -> Company | None:
    """A company this user may see, with its firm; None for other firms' and unknown ones alike."""
    return session.scalar(
        select(Company)
        .where(Company.public_id == public_id, seen_by(user))
        .options(joinedload(Company.firm, innerjoin=True))
    )


def find_connected(
    session: Session, user: User, public_id: str
) -> tuple[Company, Connection | None] | None:
    """A company this user may see with its living connection, without its tokens; else None."""
    found = session.execute(
        select(Company, Connection)
        .outerjoin(Connection, living_connection())
        .where(Company.public_id == public_id, seen_by(user))
        .options(without_tokens())
    ).one_or_none()
    return (found[0], found[1]) if found else None


def seen_by(user: User) -> ColumnElement[bool]:
    """Members see their firm's companies; support and admin see all."""
    return Company.firm_id == user.firm_id if user.role is Role.MEMBER else true()


def list_page(
    session: Session,
    user: User,
    search: str = "",
    after: str = "",
    status: ConnectionStatus | None = None,
) -> CompanyPage:
    """A page of what this user may see, each with its status, in one statement.

    ``search``, from clean_search, is part of a name or the beginning of a number; ``after`` the last page's cursor;
    ``status`` narrows to companies whose living connection has it.
    """
    query = _with_status().where(seen_by(user)).order_by(Company.sort_key, Company.id)
    if search:
        query = query.where(matches(search, anywhere=user.role is Role.MEMBER))
    if after:
        query = query.where(_beyond(user, after))
    if status:
        query = query.where(Connection.status == status)
    found = session.execute(query.limit(PAGE + 1)).all()
    rows = [_row(*line) for line in found[:PAGE]]
    return CompanyPage(rows, rows[-1].public_id if len(found) > PAGE else None)


def add(session: Session, firm: Firm, name: str, organisation_number: str) -> Company:
    """A new company of the firm. Commits.

    Raises NameInvalidError, NumberInvalidError, or DuplicateCompanyError with the one there is.
    """
    number = clean_number(organisation_number)
    company = Company(firm_id=firm.id, name=clean_name(name), organisation_number=number)
    session.add(company)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        existing = find_by_number(session, firm, number)
        if existing is None:
            raise
        raise DuplicateCompanyError(existing) from None
    return company


def find_or_add(session: Session, firm: Firm, name: str, organisation_number: str) -> Company:
    """The firm's company with this number, added if it is new; errors as for ``add``. Commits."""
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
    """A company's newest invitation, to be joined to the companies of a statement."""
    return (
        select(Invitation)
        .where(Invitation.company_id == Company.id)
        .order_by(Invitation.id.desc())
        .limit(1)
        .lateral()
    )


def living_connection() -> ColumnElement[bool]:
    """A company's connection, unless it is disconnected, to be joined in the same way."""
    living = Connection.status != ConnectionStatus.DISCONNECTED
    return (Connection.company_id == Company.id) & living


def without_tokens() -> Load:
    """Leave a connection's tokens in the database: no page of staff's needs them."""
    tokens = Connection.access_token, Connection.refresh_token
    return Load(Connection).defer(tokens[0], raiseload=True).defer(tokens[1], raiseload=True)


def _with_status() -> Select[Company, Connection, Invitation]:
    """Companies beside their living connection and their newest invitation."""
    newest = newest_invitation()
    return (
        select(Company, Connection, aliased(Invitation, newest))
        .outerjoin(Connection, living_connection())
        .outerjoin(newest, true())
        .options(without_tokens())
    )


def _beyond(user: User, after: str) -> ColumnElement[bool]:
    last = select(Company.sort_key, Company.id).where(Company.public_id == after, seen_by(user))
    return tuple_(Company.sort_key, Company.id) > last.scalar_subquery()


def _row(
    company: Company, connection: Connection | None, invitation: Invitation | None
) -> CompanyRow:
    word, at = _status(connection, invitation)
    lead = connection or invitation
    return CompanyRow(
        public_id=company.public_id,
        name=company.name,
        organisation_number=company.organisation_number,
        provider=lead.provider if lead else None,
        status_word=word,
        status_at=at,
    )


def _status(
    connection: Connection | None, invitation: Invitation | None
) -> tuple[str | None, datetime | None]:
    """The word that says most of a company, and since when."""
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
