"""Connections that break, for tests of warnings."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.support.connections import make_connection
from wizard.causes import ALERTING
from wizard.models import BROKEN, Company, Connection, ConnectionStatus, Firm, KeyPurpose, User, now
from wizard.services.invitations import lifecycle

NUMBERS = [f"55990{number:05}" for number in range(10_000)]  # the models require ten digits only


def connect(
    session: Session, firm: Firm, asked_by: User | None, number: int = 0, **changes: object
) -> Connection:
    """A connection of a new company."""
    company = Company(
        firm_id=firm.id, name=f"Bolag {number:03} AB", organisation_number=NUMBERS[number]
    )
    session.add(company)
    session.flush()
    link = lifecycle.activate(session, company, "visma", asked_by, KeyPurpose.COPIED)
    return make_connection(session, link, **changes)


def need_renewal(session: Session, *connections: Connection, cause: str = "consent_ended") -> None:
    """Let the connections need renewal, from now."""
    become(session, connections, ConnectionStatus.RENEWAL_NEEDED, cause)


def disturb(session: Session, *connections: Connection, cause: str = "visma_unavailable") -> None:
    """Let the connections be disturbed, from now; by a fault of ours if the cause is one."""
    ours = cause in ALERTING
    status = ConnectionStatus.OUR_FAULT if ours else ConnectionStatus.DISTURBED
    become(session, connections, status, cause)


def check_again(session: Session) -> None:
    """Let all connections be checked now, without a change of status."""
    session.execute(update(Connection).values(checked_at=now()))
    session.commit()


def recover(session: Session, *connections: Connection) -> None:
    """Let the connections be active again."""
    become(session, connections, ConnectionStatus.ACTIVE, None)


def become(
    session: Session,
    connections: tuple[Connection, ...],
    status: ConnectionStatus,
    cause: str | None,
    at: datetime | None = None,
) -> None:
    """Set the status of all connections, as health checks would."""
    ids = [connection.id for connection in connections]
    news = status in BROKEN and cause not in ALERTING
    changed = {"status": status, "cause": cause, "status_since": at or now(), "untold": news}
    session.execute(update(Connection).where(Connection.id.in_(ids)).values(changed))
    session.commit()
