"""The companies that a member is responsible for: those she invited, whose invitation or connection lives.

Letters to the one who invited, and warnings where the firm has named nobody, go to her.
"""

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Session

from wizard.models import (
    LIVING,
    AuditAction,
    Company,
    Connection,
    Invitation,
    Letter,
    LetterStatus,
    Role,
    User,
)
from wizard.services.audit.trail import About, record

SHOWN = 100


def companies_of(session: Session, user: User) -> tuple[list[Company], int]:
    """The first hundred companies that she is responsible for, by name, and the number of all."""
    ids = select(Invitation.company_id).where(*_hers(user))
    named = select(Company).where(Company.id.in_(ids))
    shown = session.scalars(named.order_by(Company.sort_key, Company.id).limit(SHOWN)).all()
    number = session.scalar(select(func.count()).where(Company.id.in_(ids))) or 0
    return list(shown), number


def colleagues_of(session: Session, user: User) -> list[User]:
    """Who can take over from her, by name: open accounts of her firm; of support and admin, the others."""
    others = select(User).where(User.active, User.id != user.id)
    if user.firm_id is None:
        found = others.where(User.role.in_([Role.SUPPORT, Role.ADMIN]))
    else:
        found = others.where(User.firm_id == user.firm_id)
    return list(session.scalars(found.order_by(User.name, User.id)))


def hand_over(session: Session, user: User, to: User | None) -> None:
    """Make a colleague responsible for her companies; without one, their firms' contacts are told.

    Letters that wait to be sent in her name go in the colleague's. The caller commits.
    """
    ids = list(session.scalars(select(Invitation.id).where(*_hers(user))))
    named = select(Company).join(Invitation).where(Invitation.id.in_(ids)).distinct()
    for company in session.scalars(named).all():
        about = About(company, company.name, person=user.email, firm_id=company.firm_id)
        before, after = {"responsible": user.email}, {"responsible": to.email if to else None}
        record(session, AuditAction.COMPANY_CHANGED, about, before=before, after=after)
    heir = to.id if to else None
    session.execute(update(Invitation).where(Invitation.id.in_(ids)).values(created_by_id=heir))
    waiting = (Letter.status == LetterStatus.WAITING, Letter.made_by_id == user.id)
    of_these = Letter.invitation_id.in_(ids)
    session.execute(update(Letter).where(*waiting, of_these).values(made_by_id=heir))


def _hers(user: User) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    connected = exists().where(Connection.invitation_id == Invitation.id, Connection.is_living)
    return Invitation.created_by_id == user.id, or_(Invitation.status.in_(LIVING), connected)
