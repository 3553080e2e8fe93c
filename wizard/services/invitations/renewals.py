"""Asking many to renew at once: whom for each company, filled in from who approved or was written to last."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    Company,
    Connection,
    Contact,
    Invitation,
    Letter,
    LetterKind,
    MoveReason,
    Standing,
    User,
)
from wizard.services.invitations.mailing import Asked, mail_together
from wizard.services.outbox import Addressee

AT_A_TIME = 50  # companies on one page, and mails in one press


@dataclass(frozen=True)
class Renewable:
    """A company that has to be renewed and whom nobody has asked; the address is empty if none is known."""

    company: Company
    provider: str
    email: str
    name: str | None
    language: str


def to_renew(session: Session, user: User, *, mine: bool) -> list[Renewable]:
    """The member's firm's companies, or hers, that wait to be renewed: fifty at most, the oldest first. One statement."""
    address = func.coalesce(Connection.approver_email, last_written_to(), "")
    known = (Contact.firm_id == Company.firm_id) & (
        func.lower(Contact.email) == func.lower(address)
    )
    query = (
        select(Company, Connection, address, Contact)
        .join(Standing, Standing.company_id == Company.id)
        .join(Connection, (Connection.company_id == Company.id) & Connection.is_living)
        .outerjoin(Contact, known)
        .where(
            Standing.firm_id == user.firm_id,
            Standing.reason == MoveReason.TO_BE_RENEWED,
            Company.archived_at.is_(None),
        )
        .order_by(Standing.since, Standing.company_id)
        .limit(AT_A_TIME)
        .options(joinedload(Company.firm, innerjoin=True))
    )
    if mine:
        query = query.where(Company.responsible_id == user.id)
    return [_renewable(*line) for line in session.execute(query)]


def last_written_to() -> ScalarSelect[str]:
    """To whom the last invitation or receipt of the statement's company went."""
    return (
        select(Letter.recipient)
        .join(Invitation, Invitation.id == Letter.invitation_id)
        .where(
            Invitation.company_id == Company.id,
            Letter.kind.in_([LetterKind.INVITATION, LetterKind.RECEIPT]),
            Letter.recipient != "",
        )
        .order_by(Letter.id.desc())
        .limit(1)
        .correlate(Company)
        .scalar_subquery()
    )


def ask(session: Session, found: Sequence[Renewable], user: User, to: Addressee) -> int:
    """Mail the one who is to renew these, in one mail; of how many, as somebody may have been asked meanwhile. Commits."""
    asked = [Asked(one.company, user) for one in found]
    made = mail_together(session, asked, found[0].provider, to)
    session.commit()
    return len(made)


def _renewable(
    company: Company, connection: Connection, email: str, contact: Contact | None
) -> Renewable:
    return Renewable(
        company=company,
        provider=connection.provider,
        email=email,
        name=contact.name if contact and contact.name else connection.approver_name,
        language=contact.language if contact else "sv",
    )
