"""Changing a company: its name and own reference, archiving it, and removing it for good."""

from enum import StrEnum

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.orm import Session

from wizard.models import (
    LIVING,
    AuditAction,
    Authorization,
    Company,
    Connection,
    Event,
    Grant,
    GrantState,
    Handover,
    ImportLine,
    Invitation,
    InvitationKey,
    Letter,
    Promise,
    now,
)
from wizard.services.audit.trail import about_company, changes, record
from wizard.services.concurrency.locks import hold_company
from wizard.services.contacts import forget_unnamed
from wizard.services.values.own_words import company_name
from wizard.services.values.references import clean_reference

ENDED = (GrantState.REVOKED, GrantState.DEAD)


class Obstacle(StrEnum):
    """What keeps a company from being removed."""

    CONNECTED = "connected"  # its connection lives: disconnect first
    CONSENT = "consent"  # the receipt of one that has ended is kept
    INVITED = "invited"  # an invitation is open: withdraw it first
    GRANT = "grant"  # what an attempt was given is still to be handed back


class NotRemovableError(Exception):
    """The company may not be removed: ``obstacle`` is why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


def change(session: Session, company: Company, name: str, own_reference: str | None) -> None:
    """Change the name and the own reference. Commits; the same again changes nothing.

    Raises NameInvalidError, WordsUnfairError or ReferenceInvalidError.
    """
    before = {"name": company.name, "own_reference": company.own_reference}
    company.name, company.own_reference = company_name(name), clean_reference(own_reference)
    after = {"name": company.name, "own_reference": company.own_reference}
    if before != after:
        was, became = changes(before, after)
        record(
            session, AuditAction.COMPANY_CHANGED, about_company(company), before=was, after=became
        )
    session.commit()


def archive(session: Session, company: Company) -> None:
    """Take the company out of lists; its reminders stop. Commits. Idempotent."""
    hold_company(session, company.id)
    session.refresh(company)
    if company.archived_at is None:
        company.archived_at = now()
        _note_archive(session, company, archived=True)
    session.commit()


def take_back(session: Session, company: Company) -> None:
    """Put an archived company back in lists; reminders whose day is to come go on. Commits. Idempotent."""
    hold_company(session, company.id)
    session.refresh(company)
    if company.archived_at is not None:
        company.archived_at = None
        _note_archive(session, company, archived=False)
    session.commit()


def obstacle(session: Session, company: Company) -> Obstacle | None:
    """What keeps the company from being removed; None if nothing does. One statement."""
    of_it = Connection.company_id == company.id
    invited = Invitation.company_id == company.id
    given = (
        exists()
        .where(Authorization.invitation_id == Invitation.id, invited)
        .where(Grant.id == Authorization.grant_id, Grant.state.not_in(ENDED))
    )
    found = session.execute(
        select(
            exists().where(of_it, Connection.is_living),
            exists().where(of_it),
            exists().where(invited, Invitation.status.in_(LIVING), Invitation.expires_at > now()),
            given,
        )
    ).one()
    order = (Obstacle.CONNECTED, Obstacle.CONSENT, Obstacle.INVITED, Obstacle.GRANT)
    return next((one for one, stands in zip(order, found, strict=True) if stands), None)


def remove(session: Session, company: Company) -> None:
    """Delete the company with its invitations, links, letters and history. Commits.

    The audit trail keeps that it was there. Raises NotRemovableError.
    """
    hold_company(session, company.id)
    if stands := obstacle(session, company):
        session.rollback()
        raise NotRemovableError(stands)
    record(
        session,
        AuditAction.COMPANY_REMOVED,
        about_company(company),
        before={"name": company.name, "organisation_number": company.organisation_number},
    )
    delete_rows(session, [company.id])
    session.commit()


def removable(session: Session, ids: list[int]) -> list[int]:
    """Those of these companies that nothing keeps from being removed. One statement."""
    connected = exists().where(Connection.company_id == Company.id)
    invited = exists().where(Invitation.company_id == Company.id, Invitation.status.in_(LIVING))
    given = (
        exists()
        .where(Invitation.company_id == Company.id)
        .where(Authorization.invitation_id == Invitation.id)
        .where(Grant.id == Authorization.grant_id, Grant.state.not_in(ENDED))
    )
    free = select(Company.id).where(Company.id.in_(ids), ~connected, ~invited, ~given)
    return list(session.scalars(free.order_by(Company.id).with_for_update()))


def delete_rows(session: Session, ids: list[int]) -> None:
    """Delete companies that were never connected, with all that hangs on them. The caller commits."""
    invitations = select(Invitation.id).where(Invitation.company_id.in_(ids)).scalar_subquery()
    letters = select(Letter.id).where(Letter.invitation_id.in_(invitations)).scalar_subquery()
    attempts = (
        select(Authorization.id).where(Authorization.invitation_id.in_(invitations))
    ).scalar_subquery()
    of_letters = (Letter.invitation_id.in_(invitations), Letter.contact_id.is_not(None))
    named = {one for one in session.scalars(select(Letter.contact_id).where(*of_letters)) if one}
    of_attempts = Authorization.invitation_id.in_(invitations)
    grants = set(session.scalars(select(Authorization.grant_id).where(of_attempts)))
    held = or_(Promise.letter_id.in_(letters), Promise.authorization_id.in_(attempts))
    for statement in (
        delete(Promise).where(held),
        update(Letter).where(Letter.about_id.in_(letters)).values(about_id=None),
        delete(Letter).where(Letter.invitation_id.in_(invitations)),
        delete(Authorization).where(of_attempts),
        delete(Grant).where(Grant.id.in_(grants - {None})),
        delete(InvitationKey).where(InvitationKey.invitation_id.in_(invitations)),
        delete(Event).where(Event.company_id.in_(ids)),
        delete(Handover).where(Handover.company_id.in_(ids)),
        update(ImportLine)
        .where(ImportLine.invitation_id.in_(invitations))
        .values(invitation_id=None),
        delete(Invitation).where(Invitation.company_id.in_(ids)),
        delete(Company).where(Company.id.in_(ids)),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    forget_unnamed(session, named)
    session.expire_all()


def _note_archive(session: Session, company: Company, *, archived: bool) -> None:
    before, after = {"archived": not archived}, {"archived": archived}
    record(session, AuditAction.COMPANY_CHANGED, about_company(company), before=before, after=after)
