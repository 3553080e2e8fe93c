"""The demo's invitation to try."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from wizard.models import Company, Connection, KeyPurpose, Role, User
from wizard.services.invitations.lifecycle import Link, activate


def open_invitation(session: Session, provider: str) -> Link | None:
    """Create a link for the first company without a connection, else the first company; None without any."""
    connected = exists().where(Connection.company_id == Company.id, Connection.is_living)
    company = session.scalar(select(Company).order_by(connected, Company.id).limit(1))
    if company is None:
        return None
    members = select(User).where(User.firm_id == company.firm_id, User.role == Role.MEMBER)
    sender = session.scalar(members.where(User.active).order_by(User.id).limit(1))
    return activate(session, company, provider, sender, KeyPurpose.DEMO)
