"""What decides whether an act fits a company, for many companies in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from wizard.models import (
    LIVING,
    Company,
    Connection,
    Contact,
    ImportLine,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    now,
)
from wizard.services.invitations import reminders
from wizard.services.invitations.renewals import last_written_to

LINKS = [
    kind
    for kind in LetterKind
    if kind.invites and not kind.reminds and kind is not LetterKind.HAND_OVER
]


@dataclass(frozen=True)
class Facts:
    """A company as it stands now.

    ``invitation`` is the open one, ``letter`` the last with a link about it, ``reminder`` the next that is
    planned, ``mailed_at`` when its reader was last mailed. ``email``: who approved or was written to
    last, or whom an import named; with her ``name`` and ``language``, if they are known.
    """

    company: Company
    connection: Connection | None
    invitation: Invitation | None
    letter: Letter | None
    reminder: Letter | None
    mailed_at: datetime | None
    email: str
    name: str | None
    language: str


def gather(session: Session, company_ids: Sequence[int]) -> list[Facts]:
    """The facts of these companies, in the order of ids. One statement."""
    query = _facts().where(Company.id.in_(company_ids)).order_by(Company.id)
    return [_read(*line) for line in session.execute(query)]


def _facts() -> Select[*tuple[Any, ...]]:
    open_one = _open_invitation()
    last, planned = _last_letter(open_one), _planned_reminder(open_one)
    mailed_at = (
        select(func.max(Letter.sent_at))
        .where(Letter.invitation_id == open_one.id, Letter.kind.in_([*LINKS, *reminders.KINDS]))
        .correlate(open_one)
        .scalar_subquery()
    )
    imported = (
        select(ImportLine.email, ImportLine.contact_name, ImportLine.language)
        .where(ImportLine.company_id == Company.id, ImportLine.email.is_not(None))
        .order_by(ImportLine.id.desc())
        .limit(1)
        .lateral("imported")
    )
    email = func.coalesce(
        func.nullif(Connection.approver_email, ""), last_written_to(), imported.c.email, ""
    )
    known = (Contact.firm_id == Company.firm_id) & (func.lower(Contact.email) == func.lower(email))
    living = (Connection.company_id == Company.id) & Connection.is_living
    rows = (Company, Connection, open_one, last, planned, mailed_at, email, Contact)
    return (
        select(*rows, *imported.c)
        .select_from(Company)
        .outerjoin(Connection, living)
        .outerjoin(open_one, true())
        .outerjoin(last, true())
        .outerjoin(planned, true())
        .outerjoin(imported, true())
        .outerjoin(Contact, known)
        .options(joinedload(Company.firm, innerjoin=True))
    )


def _open_invitation() -> type[Invitation]:
    wanted = select(Invitation).where(
        Invitation.company_id == Company.id,
        Invitation.status.in_(LIVING),
        Invitation.expires_at > now(),
    )
    return aliased(Invitation, wanted.lateral("open_one"))


def _last_letter(invitation: type[Invitation]) -> type[Letter]:
    wanted = select(Letter).where(
        Letter.invitation_id == invitation.id,
        Letter.kind.in_(LINKS),
        Letter.status != LetterStatus.CANCELLED,
    )
    return aliased(Letter, wanted.order_by(Letter.id.desc()).limit(1).lateral("last"))


def _planned_reminder(invitation: type[Invitation]) -> type[Letter]:
    wanted = select(Letter).where(
        Letter.invitation_id == invitation.id,
        Letter.kind.in_(reminders.KINDS),
        Letter.status == LetterStatus.WAITING,
        Letter.tries == 0,
    )
    return aliased(Letter, wanted.order_by(Letter.due_at).limit(1).lateral("planned"))


def _read(
    company: Company,
    connection: Connection | None,
    invitation: Invitation | None,
    letter: Letter | None,
    reminder: Letter | None,
    mailed_at: datetime | None,
    email: str,
    contact: Contact | None,
    imported_email: str | None,
    imported_name: str | None,
    imported_language: str | None,
) -> Facts:
    is_imported = bool(imported_email) and imported_email == email
    name = contact.name if contact else None
    if not name and connection and connection.approver_email == email:
        name = connection.approver_name
    language = contact.language if contact else imported_language if is_imported else None
    return Facts(
        company=company,
        connection=connection,
        invitation=invitation,
        letter=letter,
        reminder=reminder,
        mailed_at=mailed_at,
        email=email,
        name=name or (imported_name if is_imported else None),
        language=language or "sv",
    )
