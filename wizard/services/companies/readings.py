"""That support or an admin has read about a company's people; members read about their own firm's."""

from sqlalchemy.orm import Session

from wizard.models import AuditAction, Company, Connection, Role, User
from wizard.services.audit.trail import about_company, record


def note(session: Session, user: User, company: Company, connection: Connection | None) -> None:
    """Tell the audit trail that ``user`` opens a page about the company's approver. Commits.

    Nothing is told of a member of the company's firm.
    """
    if user.role is Role.MEMBER:
        return
    person = connection.approver_email if connection else None
    record(session, AuditAction.PERSON_READ, about_company(company, person))
    session.commit()
