"""The companies that a member is responsible for: those she asked for first, or was given.

What approvers of a company tell, and warnings when its connection breaks, go to her.
"""

from collections.abc import Iterable

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


class NotAColleagueError(Exception):
    """Only somebody who works at the company's firm can be responsible for it."""


def companies_of(session: Session, user: User) -> tuple[list[Company], int]:
    """The first hundred companies that she is responsible for, by name, and the number of all."""
    hers = Company.responsible_id == user.id
    named = select(Company).where(hers).order_by(Company.sort_key, Company.id)
    number = session.scalar(select(func.count(Company.id)).where(hers)) or 0
    return list(session.scalars(named.limit(SHOWN))), number


def colleagues_of(session: Session, user: User) -> list[User]:
    """Who can take over from her, by name: open accounts of her firm; of support and admin, the others."""
    others = select(User).where(User.active, User.id != user.id)
    if user.firm_id is None:
        found = others.where(User.role.in_([Role.SUPPORT, Role.ADMIN]))
    else:
        found = others.where(User.firm_id == user.firm_id)
    return list(session.scalars(found.order_by(User.name, User.id)))


def members_of(session: Session, firm_id: int) -> list[User]:
    """Who can be responsible for a firm's companies, by name: its members with an open account."""
    hers = select(User).where(User.active, User.firm_id == firm_id)
    return list(session.scalars(hers.order_by(User.name, User.id)))


def name_responsible(session: Session, company: Company, to: User | None) -> None:
    """Make a member of the firm responsible for a company, or nobody. Commits; the same again changes nothing.

    Letters that wait to be sent for it in another's name still go in hers. Raises NotAColleagueError.
    """
    if to is not None and (not to.active or to.firm_id != company.firm_id):
        raise NotAColleagueError
    if company.responsible_id != (to.id if to else None):
        before = company.responsible
        _tell(session, [company], before.email if before else None, to)
        company.responsible = to
    session.commit()


def hand_over(session: Session, user: User, to: User | None) -> None:
    """Make a colleague responsible for her companies; without one, their firms' contacts are told.

    Living invitations and connections that she asked for become the colleague's, and letters that
    wait to be sent in her name go in the colleague's. The caller commits.
    """
    ids = list(session.scalars(select(Invitation.id).where(*_asked_by(user))))
    heir = to.id if to else None
    _move(session, user, to)
    session.execute(update(Invitation).where(Invitation.id.in_(ids)).values(created_by_id=heir))
    waiting = (Letter.status == LetterStatus.WAITING, Letter.made_by_id == user.id)
    of_these = Letter.invitation_id.in_(ids)
    session.execute(update(Letter).where(*waiting, of_these).values(made_by_id=heir))


def let_go(session: Session, user: User) -> None:
    """Leave her companies without anybody responsible. The caller commits."""
    _move(session, user, None)


def _move(session: Session, user: User, to: User | None) -> None:
    hers = Company.responsible_id == user.id
    companies = session.scalars(select(Company).where(hers)).all()
    _tell(session, companies, user.email, to)
    session.execute(update(Company).where(hers).values(responsible_id=to.id if to else None))


def _tell(session: Session, companies: Iterable[Company], was: str | None, to: User | None) -> None:
    for company in companies:
        about = About(company, company.name, person=was, firm_id=company.firm_id)
        before, after = {"responsible": was}, {"responsible": to.email if to else None}
        record(session, AuditAction.COMPANY_CHANGED, about, before=before, after=after)


def _asked_by(user: User) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    connected = exists().where(Connection.invitation_id == Invitation.id, Connection.is_living)
    return Invitation.created_by_id == user.id, or_(Invitation.status.in_(LIVING), connected)
