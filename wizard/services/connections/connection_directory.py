"""The connections of all firms, for staff and support."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, union
from sqlalchemy.orm import Session, joinedload

from wizard.models import Company, Connection, Event, Firm

HISTORY = 100


@dataclass(frozen=True)
class ConnectionFacts:
    """A connection as it is shown; the provider's own codes and texts are for support only."""

    public_id: str
    provider: str
    company_name: str
    organisation_number: str
    firm_name: str
    status: str
    cause: str | None
    status_since: datetime
    last_read_at: datetime
    next_check_at: datetime | None
    approver_name: str | None
    approver_email: str | None
    approver_is_consultant: bool | None
    proof: str
    proof_voucher: str | None
    read_only: bool
    provider_code: str | None
    provider_error_id: str | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Named:
    """A connection with the names of its company and firm."""

    id: int
    provider: str
    company_name: str
    organisation_number: str
    firm_name: str


def find(
    session: Session, public_id: str
) -> tuple[Connection, ConnectionFacts, list[Event]] | None:
    """A connection as a row and as it is shown, and its history with its invitation's, the newest first. Two statements."""
    connection = find_one(session, public_id)
    if connection is None:
        return None
    return connection, _facts(connection), _history(session, connection)


def find_one(session: Session, public_id: str) -> Connection | None:
    """A connection by its id in addresses, with its company and firm. One statement."""
    return session.scalar(
        select(Connection)
        .where(Connection.public_id == public_id)
        .options(
            joinedload(Connection.company, innerjoin=True),
            joinedload(Connection.firm, innerjoin=True),
        )
    )


def living(session: Session, *, number: str | None = None, firm: Firm | None = None) -> list[Named]:
    """Every connection that has not ended, of one company's number or one firm if given, by name."""
    found = (
        select(
            Connection.id,
            Connection.provider,
            Company.name,
            Company.organisation_number,
            Firm.name.label("firm_name"),
        )
        .join(Connection.company)
        .join(Connection.firm)
        .where(Connection.is_living)
        .order_by(Company.sort_key, Connection.id)
    )
    if number:
        found = found.where(Company.organisation_number == number)
    if firm:
        found = found.where(Connection.firm_id == firm.id)
    return [Named(*row) for row in session.execute(found)]


def _history(session: Session, connection: Connection) -> list[Event]:
    about = (Event.connection_id == connection.id, Event.invitation_id == connection.invitation_id)
    ids = union(*(_newest(one) for one in about)).subquery()  # each from its own index
    newest_first = select(Event).where(Event.id.in_(select(ids.c[0]))).order_by(Event.id.desc())
    return list(session.scalars(newest_first.limit(HISTORY).options(joinedload(Event.user))))


def _newest(about: ColumnElement[bool]) -> Select[int]:
    found = select(Event.id).where(about).order_by(Event.id.desc()).limit(HISTORY)
    return select(found.subquery().c[0])


def _facts(connection: Connection) -> ConnectionFacts:
    return ConnectionFacts(
        public_id=connection.public_id,
        provider=connection.provider,
        company_name=connection.company.name,
        organisation_number=connection.company.organisation_number,
        firm_name=connection.firm.name,
        status=connection.status.value,
        cause=connection.cause,
        status_since=connection.status_since,
        last_read_at=connection.last_read_at,
        next_check_at=connection.next_check_at,
        approver_name=connection.approver_name,
        approver_email=connection.approver_email,
        approver_is_consultant=connection.approver_is_consultant,
        proof=connection.proof.value,
        proof_voucher=connection.proof_voucher,
        read_only=connection.read_only,
        provider_code=connection.provider_code,
        provider_error_id=connection.provider_error_id,
        created_at=connection.created_at,
        ended_at=connection.ended_at,
    )
