"""Doing what an import asks for, in steps that may be killed between: companies first, then their mails.

Every company and every mail is written in one transaction with the mark on its line, so that what was
done is not done again. Mails go at a calm rate, and no faster than the caps of a day let them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import (
    Actor,
    AuditAction,
    Company,
    CompanyImport,
    ImportLine,
    ImportStatus,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    LineFate,
    User,
    now,
    public_id,
    reference_key,
    sort_key,
)
from wizard.services import outbox
from wizard.services.audit.trail import About, about_company, record
from wizard.services.companies import company_records
from wizard.services.companies.company_directory import find_by_number
from wizard.services.concurrency.locks import hold
from wizard.services.concurrency.queue import RUN_IMPORT, enqueue
from wizard.services.invitations import lifecycle
from wizard.services.invitations.mailing import MOST_IN_ONE, Asked, mail_together
from wizard.services.outbox import Addressee
from wizard.services.throttling import letter_caps
from wizard.services.throttling.letter_caps import Caps, Sending

AT_A_TIME = 100  # companies in one transaction
GRACE = timedelta(minutes=5)  # before the first mail, in which all can be undone
ORDER = ImportLine.number
MADE = (LineFate.NEW, LineFate.EXISTS)  # what is done something about


class ImportEndedError(Exception):
    """The import was undone, or is done, or its first mail has gone: it cannot be changed any more."""


@dataclass(frozen=True)
class Work:
    """What the background needs: sessions, the provider that is invited to, and the caps of a day."""

    sessions: sessionmaker[Session]
    provider: str
    caps: Caps


def start(
    session: Session, found: CompanyImport, *, invites: bool, letters_from: datetime | None = None
) -> None:
    """Let the background add the companies, and invite them if so wished. Commits. Idempotent.

    The first mail goes in five minutes, or at ``letters_from`` if that is later.
    """
    hold(session, found)
    if found.status is ImportStatus.READ:
        found.status, found.invites, found.started_at = ImportStatus.RUNNING, invites, now()
        first = now() + GRACE
        found.letters_from = max(first, letters_from or first) if invites else None
        about = About(found, found.public_id, firm_id=found.firm_id)
        number = session.scalar(select(func.count()).where(*_to_add(found))) or 0
        after = {"done": "import", "number": number}
        record(session, AuditAction.BULK_DONE, about, after=after)
        _wake(session, found)
    session.commit()


def run(work: Work, import_id: int) -> None:
    """Go on with an import: add what is left to add, then ask for the mails whose time has come."""
    while _each(work, import_id, _add_some):
        pass
    mailed = 0
    while mailed < letter_caps.CALM and _each(work, import_id, partial(_mail_one, work)):
        mailed += 1
    _each(work, import_id, partial(_end_or_go_on, may_more=mailed == letter_caps.CALM))


def take_up_all(session: Session) -> int:
    """Enqueue every import that is under way, whether or not a job remembers it; how many. Commits."""
    ids = session.scalars(
        select(CompanyImport.id).where(CompanyImport.status == ImportStatus.RUNNING)
    ).all()
    for import_id in ids:
        enqueue(session, RUN_IMPORT, once=_lock(import_id), import_id=import_id)
    session.commit()
    return len(ids)


def may_undo(session: Session, found: CompanyImport) -> bool:
    """True while no mail of the import has gone, or been taken up to go. One statement."""
    if found.status not in {ImportStatus.RUNNING, ImportStatus.DONE}:
        return False
    return session.scalar(_letters(found).where(_has_gone()).limit(1)) is None


def undo(session: Session, found: CompanyImport) -> int:
    """Remove the companies that the import made, and withdraw its invitations; how many companies. Commits.

    A company that somebody has since invited or connected stays. Raises ImportEndedError.
    """
    hold(session, found)
    if found.status not in {ImportStatus.RUNNING, ImportStatus.DONE}:
        session.rollback()
        raise ImportEndedError
    invited = select(Invitation).join(ImportLine, ImportLine.invitation_id == Invitation.id)
    mine = invited.where(ImportLine.import_id == found.id).order_by(Invitation.id)
    invitations = session.scalars(mine.with_for_update(of=Invitation)).all()
    if session.scalar(_letters(found).where(_has_gone()).limit(1)):
        session.rollback()
        raise ImportEndedError
    for invitation in invitations:
        outbox.cancel(session, invitation, list(LetterKind))
        lifecycle.withdraw_living(session, invitation.company_id, staff=None, actor=Actor.SYSTEM)
    session.flush()
    made = (ImportLine.import_id == found.id, ImportLine.made, ImportLine.company_id.is_not(None))
    ids = session.scalars(select(ImportLine.company_id).where(*made)).all()
    removed = company_records.removable(session, [one for one in ids if one])
    company_records.delete_rows(session, removed)
    found.status, found.ended_at = ImportStatus.UNDONE, now()
    about = About(found, found.public_id, firm_id=found.firm_id)
    after = {"done": "import_undone", "number": len(removed)}
    record(session, AuditAction.BULK_DONE, about, after=after)
    session.commit()
    return len(removed)


def _each(work: Work, import_id: int, act: Callable[[Session, CompanyImport], bool]) -> bool:
    """One step in a transaction of its own, while the import is under way; whether there may be more."""
    with work.sessions() as session:
        found = session.get(CompanyImport, import_id)
        if found is None:
            return False
        hold(session, found)  # one step at a time, and none after Undo
        more = found.status is ImportStatus.RUNNING and act(session, found)
        session.commit()
        return more


def _to_add(found: CompanyImport) -> tuple[ColumnElement[bool], ...]:
    return (
        ImportLine.import_id == found.id,
        ImportLine.fate.in_(MADE),
        ImportLine.added_at.is_(None),
    )


def _add_some(session: Session, found: CompanyImport) -> bool:
    lines = session.scalars(
        select(ImportLine).where(*_to_add(found)).order_by(ORDER).limit(AT_A_TIME)
    ).all()
    for line in lines:
        _add(session, found, line)
    return bool(lines)


def _add(session: Session, found: CompanyImport, line: ImportLine) -> None:
    responsible = line.responsible_id or found.made_by_id
    made = session.scalar(
        insert(Company)
        .values(
            public_id=public_id(),
            firm_id=found.firm_id,
            name=line.name,
            sort_key=sort_key(line.name or ""),
            organisation_number=line.organisation_number,
            own_reference=line.own_reference,
            reference_key=reference_key(line.own_reference),
            responsible_id=responsible,
            created_at=now(),
        )
        .on_conflict_do_nothing()
        .returning(Company)
    )
    company = made or find_by_number(session, found.firm, line.organisation_number or "")
    line.added_at = now()
    if company is None:
        return  # removed between two statements: the next import finds it missing
    line.company_id, line.made = company.id, made is not None
    if made:
        after = {"name": made.name, "organisation_number": made.organisation_number}
        record(session, AuditAction.COMPANY_CREATED, about_company(made), after=after)
        return
    company.own_reference = company.own_reference or line.own_reference
    company.responsible_id = company.responsible_id or responsible


def _to_mail(found: CompanyImport) -> tuple[ColumnElement[bool], ...]:
    return (
        ImportLine.import_id == found.id,
        ImportLine.fate.in_(MADE),
        ImportLine.email.is_not(None),
        ImportLine.company_id.is_not(None),
        ImportLine.invited_at.is_(None),
    )


def _mail_one(work: Work, session: Session, found: CompanyImport) -> bool:
    """Ask for the next mail that the caps allow; False when none may go now."""
    if not found.invites or (found.letters_from or now()) > now():
        return False
    full: set[str] = set()
    for line in session.scalars(select(ImportLine).where(*_to_mail(found)).order_by(ORDER)):
        email = line.email or ""
        sending = Sending(email, sender_of(found), found.firm_id)
        cap = letter_caps.TO_ONE if email in full else letter_caps.full(session, work.caps, sending)
        if cap is None:
            letter_caps.note(session, work.caps, sending)
            _mail(session, found, line, work.provider)
            return True
        if cap != letter_caps.TO_ONE:
            return False
        full.add(email)  # others may still be written to today
    return False


def _mail(session: Session, found: CompanyImport, line: ImportLine, provider: str) -> None:
    """The marks of all lines with the line's address, and one mail about them; the caller commits.

    A company that somebody has invited meanwhile is left out.
    """
    same_address = select(ImportLine).where(*_to_mail(found), ImportLine.email == line.email)
    asked, by_company = [], {}
    for one in session.scalars(same_address.order_by(ORDER).limit(MOST_IN_ONE)):
        one.invited_at = now()
        company = session.get_one(Company, one.company_id)
        staff = session.get(User, one.responsible_id) if one.responsible_id else found.made_by
        asked.append(Asked(company, staff))
        by_company[company.id] = one
    to = Addressee(line.email or "", "en" if line.language == "en" else "sv", line.contact_name)
    for invitation in mail_together(session, asked, provider, to):
        by_company[invitation.company_id].invitation_id = invitation.id


def _end_or_go_on(session: Session, found: CompanyImport, *, may_more: bool) -> bool:
    """End the import, or enqueue its next turn: soon, at its time, or when the caps begin anew."""
    if not found.invites or not session.scalar(
        select(ImportLine.id).where(*_to_mail(found)).limit(1)
    ):
        found.status, found.ended_at = ImportStatus.DONE, now()
        return False
    waits = found.letters_from if found.letters_from and found.letters_from > now() else None
    _wake(
        session,
        found,
        waits or (now() + letter_caps.PAUSE if may_more else letter_caps.begin_anew()),
    )
    return False


def _wake(session: Session, found: CompanyImport, at: datetime | None = None) -> None:
    enqueue(session, RUN_IMPORT, at=at, once=_lock(found.id), import_id=found.id)


def _lock(import_id: int) -> str:
    return f"{RUN_IMPORT}:{import_id}"


def _letters(found: CompanyImport) -> Select[int]:
    """The ids of letters about the import's invitations."""
    return (
        select(Letter.id)
        .join(ImportLine, ImportLine.invitation_id == Letter.invitation_id)
        .where(ImportLine.import_id == found.id)
    )


def _has_gone() -> ColumnElement[bool]:
    return or_(Letter.tries > 0, Letter.status == LetterStatus.SENT)


def sender_of(found: CompanyImport) -> str:
    """A word for who sends the import's mails, by which they are counted."""
    if found.made_by:
        return found.made_by.email
    return f"key {found.key_id}" if found.key_id else "command"
