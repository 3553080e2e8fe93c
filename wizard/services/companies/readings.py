"""That support or an admin has read about a company's people; members read about their own firm's."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import AuditAction, AuditEntry, Company, Connection, Role, User, now
from wizard.services.audit.trail import about_company, record

OPENING = timedelta(
    minutes=30
)  # a page that follows is loaded anew many times: that is one reading


def note(session: Session, user: User, company: Company, connection: Connection | None) -> None:
    """Tell the audit trail that ``user`` opens a page about the company's approver. Commits.

    Once in half an hour for one company and person. Nothing is told of a member of the company's firm.
    """
    if user.role is Role.MEMBER:
        return
    person = connection.approver_email if connection else None
    if _goes_on(session, user, company, person):
        return
    record(session, AuditAction.PERSON_READ, about_company(company, person))
    session.commit()


def _goes_on(session: Session, user: User, company: Company, person: str | None) -> bool:
    """Whether she has opened a page about the same person lately. One statement, by an index."""
    lately = (
        select(AuditEntry.id)
        .where(
            AuditEntry.object_kind == Company.__tablename__,
            AuditEntry.object_id == company.public_id,
            AuditEntry.action == AuditAction.PERSON_READ,
            AuditEntry.user_id == user.id,
            AuditEntry.person.is_not_distinct_from(person.lower() if person else None),
            AuditEntry.at > now() - OPENING,
        )
        .limit(1)
    )
    return session.scalar(lately) is not None
