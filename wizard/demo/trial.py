"""The invitation that a newcomer tries."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from wizard.models import Company, Connection, ConnectionStatus, KeyPurpose, Role, User
from wizard.services.invitations import Link, activate


def open_invitation(session: Session, provider: str) -> Link | None:
    """A link made now: for the first company not yet connected, or the first one; None if none."""
    connected = exists().where(
        Connection.company_id == Company.id, Connection.status != ConnectionStatus.DISCONNECTED
    )
    company = session.scalar(select(Company).order_by(connected, Company.id).limit(1))
    if company is None:
        return None
    members = select(User).where(User.firm_id == company.firm_id, User.role == Role.MEMBER)
    sender = session.scalar(members.where(User.active).order_by(User.id).limit(1))
    return activate(session, company, provider, sender, KeyPurpose.DEMO)
