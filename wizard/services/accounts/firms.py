"""Accounting firms: creating, finding and editing them, their contact and recipients of warnings."""

import re

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from wizard.models import AuditAction, Company, Firm, LetterKind, User
from wizard.plain_text import one_line
from wizard.services import outbox
from wizard.services.audit.trail import about_firm, changes, record
from wizard.services.outbox import STAFF_LANGUAGE, Addressee
from wizard.services.pages import Page, read_page
from wizard.services.values.email_addresses import clean_email, pasted_email
from wizard.services.values.own_words import Own, fair_name, spaced

PHONE = re.compile(r"\+?[0-9 ()/.\u2013-]{1,40}")
SHORTEST_PHONE, LONGEST_PHONE = 5, 15
SHOWN = 20  # firms to choose from
CONTACT = ("contact_name", "contact_email", "contact_phone")
PEOPLE = (*CONTACT, "warned_name", "warned_email", "deputy_name", "deputy_email")


class FirmUnknownError(LookupError):
    """No firm has the given name."""


class FirmTakenError(Exception):
    """A firm already has the given name."""


class FirmNeededError(LookupError):
    """There is no firm yet."""


class PhoneInvalidError(ValueError):
    """Not a telephone number: too few digits, or characters that no number contains."""


class FirmAmbiguousError(LookupError):
    """No firm was named, and there are several; ``names`` are some of them, the oldest first."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


def clean_phone(text: str) -> str:
    """The number as written, with single spaces; raises PhoneInvalidError if it is not a number."""
    phone = one_line(text)
    digits = sum(sign.isdigit() for sign in phone)
    if not PHONE.fullmatch(phone) or not SHORTEST_PHONE <= digits <= LONGEST_PHONE:
        raise PhoneInvalidError
    return phone


def own_of(firm: Firm, member: User | None = None) -> Own:
    """What the firm and its member may name in letters though it is an address: their own."""
    emails = (firm.contact_email, firm.warned_email, firm.deputy_email)
    return Own.of(*emails, member.email if member else None)


def create_firm(
    session: Session, *, name: str, contact_name: str, contact_email: str, contact_phone: str
) -> Firm:
    """Create a firm with the contact for its clients. Commits.

    Raises FirmTakenError, NameInvalidError, WordsUnfairError, PhoneInvalidError or EmailInvalidError.
    """
    email = clean_email(contact_email)
    firm = Firm(
        name=fair_name(name, Own.of(email)),
        contact_name=fair_name(contact_name, Own.of(email)),
        contact_email=email,
        contact_phone=clean_phone(contact_phone),
    )
    session.add(firm)
    try:
        record(session, AuditAction.FIRM_CREATED, about_firm(firm), after=_people(firm))
        session.commit()
    except IntegrityError:
        session.rollback()
        raise FirmTakenError from None
    return firm


def list_page(session: Session, after: str = "") -> Page[Firm]:
    """A page of firms by name, in one statement; ``after`` is the previous page's cursor (a name)."""
    query = select(Firm).where(Firm.name > after).order_by(Firm.name)
    return read_page(session, query, lambda firm: firm, lambda firm: firm.name)


def get_firm(session: Session, firm_id: int) -> Firm | None:
    """The firm with this id."""
    return session.get(Firm, firm_id)


def change_people(session: Session, firm: Firm, people: dict[str, str]) -> None:
    """Change the contact for the firm's clients, and the recipients of its warnings. Commits.

    Whoever was the contact is told by mail when the contact becomes another, in name, address or number.
    ``people`` has the columns' names as keys; an empty address removes the recipient or the deputy.
    Raises NameInvalidError, PhoneInvalidError or EmailInvalidError.
    """
    before = _people(firm)
    firm.contact_name = fair_name(people["contact_name"], own_of(firm))
    firm.contact_phone = clean_phone(people["contact_phone"])
    firm.contact_email = clean_email(people["contact_email"])
    firm.warned_name, firm.warned_email = _person(people["warned_name"], people["warned_email"])
    firm.deputy_name, firm.deputy_email = _person(people["deputy_name"], people["deputy_email"])
    was, became = changes(before, _people(firm))
    if was:
        record(session, AuditAction.FIRM_CHANGED, about_firm(firm), before=was, after=became)
    if not was.keys().isdisjoint(CONTACT):
        to = Addressee(before["contact_email"] or "", STAFF_LANGUAGE, before["contact_name"])
        outbox.post_to_firm(session, LetterKind.CONTACT_CHANGED, firm, to)
    session.commit()


def _people(firm: Firm) -> dict[str, str | None]:
    """The contact and the recipients of warnings, by their columns."""
    return {name: getattr(firm, name) for name in PEOPLE}


def _person(name: str, email: str) -> tuple[str | None, str | None]:
    if not pasted_email(email):
        return None, None
    return fair_name(name), clean_email(email)


def find_firm(session: Session, name: str | None, organisation_number: str = "") -> Firm:
    """The firm with a name; without a name, the only one, or the only one with this company.

    Raises FirmUnknownError, FirmAmbiguousError, or FirmNeededError if there is no firm at all.
    """
    if name is not None:
        firm = session.scalar(select(Firm).where(Firm.name == spaced(one_line(name))))
        if firm is None:
            raise FirmUnknownError
        return firm
    has_company = exists().where(
        Company.firm_id == Firm.id, Company.organisation_number == organisation_number
    )
    some = select(Firm).order_by(Firm.id).limit(SHOWN + 1)
    found = session.scalars(some.where(has_company)).all() or session.scalars(some).all()
    if not found:
        raise FirmNeededError
    if len(found) > 1:
        raise FirmAmbiguousError([firm.name for firm in found])
    return found[0]
