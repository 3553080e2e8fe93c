"""Connections that break, for tests of whom is told."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.connections import make_connection
from wizard.models import Company, Connection, ConnectionStatus, Firm, KeyPurpose, User, now
from wizard.services import invitations

NUMBERS = [f"55990{number:05}" for number in range(10_000)]  # the models ask for ten digits only


def connect(
    session: Session, firm: Firm, asked_by: User | None, number: int = 0, **changes: object
) -> Connection:
    """A connection of a company of its own."""
    company = Company(
        firm_id=firm.id, name=f"Bolag {number:03} AB", organisation_number=NUMBERS[number]
    )
    session.add(company)
    session.flush()
    link = invitations.activate(session, company, "visma", asked_by, KeyPurpose.COPIED)
    return make_connection(session, link, **changes)


def need_renewal(session: Session, *connections: Connection, cause: str = "consent_ended") -> None:
    """The connections break, now."""
    become(session, connections, ConnectionStatus.RENEWAL_NEEDED, cause)


def disturb(session: Session, *connections: Connection, cause: str = "visma_unavailable") -> None:
    """The connections cannot be read, from now."""
    become(session, connections, ConnectionStatus.DISTURBED, cause)


def check_again(session: Session) -> None:
    """The health checks look at all of them now, and find them as they are."""
    session.execute(update(Connection).values(checked_at=now()))
    session.commit()


def recover(session: Session, *connections: Connection) -> None:
    """The connections work again."""
    become(session, connections, ConnectionStatus.ACTIVE, None)


def become(
    session: Session,
    connections: tuple[Connection, ...],
    status: ConnectionStatus,
    cause: str | None,
    at: datetime | None = None,
) -> None:
    """All of them at once, as the health checks would leave them."""
    ids = [connection.id for connection in connections]
    changed = {"status": status, "cause": cause, "status_since": at or now()}
    session.execute(update(Connection).where(Connection.id.in_(ids)).values(changed))
    session.commit()
