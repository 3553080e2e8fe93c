"""Inviting a company's approver, from a page or a command."""

from sqlalchemy.orm import Session

from wizard.models import Company, ConnectionStatus, KeyPurpose, User
from wizard.services.connecting import living_connection
from wizard.services.invitations import Link, activate

WORKING = (ConnectionStatus.ACTIVE, ConnectionStatus.DISTURBED)


class ConnectedAlreadyError(Exception):
    """The company has a connection that needs no new approval."""


def invite(
    session: Session, company: Company, provider: str, staff: User | None, purpose: KeyPurpose
) -> Link:
    """A new link to the company's invitation. Commits; ConnectedAlreadyError when none is needed."""
    refuse_if_working(session, company)
    return activate(session, company, provider, staff, purpose)


def refuse_if_working(session: Session, company: Company) -> None:
    """ConnectedAlreadyError when the company has a connection that needs no new approval."""
    connection = living_connection(session, company)
    if connection and connection.status in WORKING:
        raise ConnectedAlreadyError
