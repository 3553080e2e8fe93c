"""Inviting a company's approver, from a page or a command."""

from sqlalchemy.orm import Session

from wizard.models import WORKING, Company, KeyPurpose, User
from wizard.services.companies.company_directory import connection_of
from wizard.services.invitations.lifecycle import Link, activate, living_invitation


class ConnectedAlreadyError(Exception):
    """The company has a connection that needs no new approval."""


class NotConnectedError(Exception):
    """The company has no connection that could be renewed."""


def invite(
    session: Session, company: Company, provider: str, staff: User | None, purpose: KeyPurpose
) -> Link:
    """A new link to the company's invitation. Commits; ConnectedAlreadyError when none is needed."""
    refuse_if_working(session, company)
    return activate(session, company, provider, staff, purpose)


def invite_to_renew(
    session: Session, company: Company, staff: User | None, purpose: KeyPurpose
) -> Link:
    """A new link to an invitation to renew the company's connection, though it may still work. Commits.

    NotConnectedError when there is none.
    """
    connection = connection_of(session, company)
    if connection is None:
        raise NotConnectedError
    return activate(session, company, connection.provider, staff, purpose)


def refuse_if_working(session: Session, company: Company) -> None:
    """Raise ConnectedAlreadyError if the company has a connection that needs no new approval.

    An open invitation, made to renew the connection early, may still be sent and shown.
    """
    connection = connection_of(session, company)
    if connection and connection.status in WORKING and not living_invitation(session, company):
        raise ConnectedAlreadyError
