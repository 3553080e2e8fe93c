"""What is kept about a person, by an address: all of it to look at, and what may be erased, erased.

What stays does so for a reason that ``/uppgifter`` gives too, until the retention deletes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.orm import Session

from wizard.models import (
    AuditAction,
    AuditEntry,
    Base,
    CompanyImport,
    Connection,
    Consent,
    Contact,
    Firm,
    ImportLine,
    ImportStatus,
    Letter,
    LetterKind,
    LetterStatus,
    Promise,
    StaffSession,
    User,
)
from wizard.services.audit.trail import About, record
from wizard.services.contacts import forget_unnamed
from wizard.services.values.email_addresses import clean_email

ENTRIES = 1000  # of the audit trail; the rest is found there


class Why(StrEnum):
    """Why something stays though the person asks for it to be erased."""

    ACCOUNT = "account"  # she works here: close the account
    WAITING = "waiting"  # it is about to be sent
    RECEIPT_ADDRESS = "receipt_address"  # a code to end the connection has to go there
    LIVING = "living"  # the connection rests on her permission
    RECEIPT = "receipt"  # shows who approved, for as long as bookkeeping is kept
    FIRM = "firm"  # the firm has named her: change the firm
    TRAIL = "trail"  # what staff did, which nobody can change


@dataclass(frozen=True)
class Part:
    """Rows of one table about the person, as plain values; ``why`` they stay, None if they may be erased."""

    kind: str
    why: Why | None
    rows: list[dict[str, Any]]


def collect(
    session: Session, email: str, action: AuditAction = AuditAction.PERSON_READ
) -> list[Part]:
    """Everything that is kept by this address, without what is empty. Raises EmailInvalidError. Commits.

    That somebody read it is told to the audit trail, as ``action``.
    """
    address = clean_email(email)
    parts = [
        Part(kind, why, [_plain(row, columns) for row in session.scalars(query(address))])
        for kind, why, query, columns in PARTS
    ]
    record(session, action, About(person=address))
    session.commit()
    return [part for part in parts if part.rows]


def erase(session: Session, email: str) -> int:
    """Erase what may be erased; returns how many rows were deleted or blanked. Commits.

    Raises EmailInvalidError.
    """
    address = clean_email(email)
    letters = session.execute(
        _old_letters(address).with_only_columns(Letter.id, Letter.contact_id)
    ).all()
    blank = dict.fromkeys(("contact_id", "recipient_name", "signed", "words"))
    ids = [letter_id for letter_id, _ in letters]
    session.execute(update(Letter).where(Letter.id.in_(ids)).values(blank | {"recipient": ""}))
    ended = session.scalars(_ended(address).with_for_update()).all()
    for connection in ended:
        connection.approver_name = connection.approver_email = None
    promised = session.scalars(
        delete(Promise).where(func.lower(Promise.recipient) == address).returning(Promise.id)
    ).all()
    contacts = set(session.scalars(_contacts(address).with_only_columns(Contact.id)))
    forget_unnamed(session, contacts)
    left = set(session.scalars(_contacts(address).with_only_columns(Contact.id)))
    listed = session.scalars(
        update(ImportLine)
        .where(ImportLine.id.in_(_listed(address).with_only_columns(ImportLine.id).order_by(None)))
        .values(email=None, contact_name=None, wrong=None)
        .returning(ImportLine.id)
    ).all()
    number = len(ids) + len(ended) + len(promised) + len(listed) + len(contacts - left)
    record(session, AuditAction.PERSON_ERASED, About(person=address), after={"number": number})
    session.commit()
    return number


def _users(address: str) -> Select[User]:
    return select(User).where(User.email == address)


def _sessions(address: str) -> Select[StaffSession]:
    return select(StaffSession).join(StaffSession.user).where(User.email == address)


def _firms(address: str) -> Select[Firm]:
    named = (Firm.contact_email, Firm.warned_email, Firm.deputy_email)
    return select(Firm).where(or_(*(func.lower(one) == address for one in named))).order_by(Firm.id)


def _contacts(address: str) -> Select[Contact]:
    return select(Contact).where(func.lower(Contact.email) == address).order_by(Contact.id)


def _letters(address: str) -> Select[Letter]:
    return select(Letter).where(func.lower(Letter.recipient) == address).order_by(Letter.id)


def _waiting_letters(address: str) -> Select[Letter]:
    return _letters(address).where(Letter.status == LetterStatus.WAITING)


def _receipts(address: str) -> Select[Letter]:
    """Receipts: the codes to end their connections go where they went."""
    sent = Letter.status != LetterStatus.WAITING
    return _letters(address).where(sent, Letter.kind == LetterKind.RECEIPT)


def _old_letters(address: str) -> Select[Letter]:
    sent = Letter.status != LetterStatus.WAITING
    return _letters(address).where(sent, Letter.kind != LetterKind.RECEIPT)


def _promises(address: str) -> Select[Promise]:
    return select(Promise).where(func.lower(Promise.recipient) == address).order_by(Promise.id)


def _lines(address: str) -> Select[ImportLine]:
    hers = select(ImportLine).where(func.lower(ImportLine.email) == address)
    return hers.order_by(ImportLine.id)


def _listed(address: str) -> Select[ImportLine]:
    """In lists that have been imported, or were only looked at."""
    return _lines(address).where(ImportLine.import_id.not_in(_running()))


def _about_to_be_invited(address: str) -> Select[ImportLine]:
    return _lines(address).where(ImportLine.import_id.in_(_running()))


def _running() -> Select[int]:
    return select(CompanyImport.id).where(CompanyImport.status == ImportStatus.RUNNING)


def _connections(address: str) -> Select[Connection]:
    hers = select(Connection).where(func.lower(Connection.approver_email) == address)
    return hers.order_by(Connection.id)


def _living(address: str) -> Select[Connection]:
    return _connections(address).where(Connection.is_living)


def _ended(address: str) -> Select[Connection]:
    return _connections(address).where(~Connection.is_living)


def _consents(address: str) -> Select[Consent]:
    hers = select(Consent).where(func.lower(Consent.approver_email) == address)
    return hers.order_by(Consent.id)


def _entries(address: str) -> Select[AuditEntry]:
    hers = select(AuditEntry).where(AuditEntry.person == address)
    return hers.order_by(AuditEntry.id.desc()).limit(ENTRIES)


LETTER = ("kind", "recipient", "recipient_name", "signed", "words", "status", "due_at", "sent_at")
CONNECTION = ("public_id", "approver_name", "approver_email", "created_at", "ended_at")
LINE = ("name", "email", "contact_name", "language")
PARTS: tuple[tuple[str, Why | None, Callable[[str], Select[Any]], tuple[str, ...]], ...] = (
    (
        "account",
        Why.ACCOUNT,
        _users,
        ("name", "email", "role", "phone", "identity_subject", "created_at", "last_seen_at"),
    ),
    (
        "sessions",
        Why.ACCOUNT,
        _sessions,
        ("way", "device", "created_at", "last_used_at", "ended_at"),
    ),
    (
        "firm",
        Why.FIRM,
        _firms,
        (
            "name",
            "contact_name",
            "contact_email",
            "contact_phone",
            "warned_name",
            "warned_email",
            "deputy_name",
            "deputy_email",
        ),
    ),
    ("contact", None, _contacts, ("name", "email", "language", "created_at")),
    ("letters", None, _old_letters, LETTER),
    ("receipt_letters", Why.RECEIPT_ADDRESS, _receipts, LETTER),
    ("waiting_letters", Why.WAITING, _waiting_letters, LETTER),
    ("import_lines", None, _listed, LINE),
    ("waiting_import_lines", Why.WAITING, _about_to_be_invited, LINE),
    ("promises", None, _promises, ("recipient", "made_at", "told_at")),
    ("ended_connections", None, _ended, CONNECTION),
    ("connections", Why.LIVING, _living, CONNECTION),
    (
        "receipts",
        Why.RECEIPT,
        _consents,
        ("public_id", "company_name", "approver_name", "approver_email", "approved_at"),
    ),
    ("trail", Why.TRAIL, _entries, ("at", "actor_name", "action", "object_name", "address")),
)


def _plain(row: Base, columns: tuple[str, ...]) -> dict[str, Any]:
    """The values that are there, as texts."""
    values = {name: getattr(row, name) for name in columns}
    return {name: str(value) for name, value in values.items() if value is not None}
