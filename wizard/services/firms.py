"""Accounting firms: made and found by commands; whom their clients may call, and who is warned."""

import re
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from wizard.models import Company, Firm
from wizard.services.names import clean_name
from wizard.services.staff import clean_email

PAGE = 50
PHONE = re.compile(r"\+?[0-9 ()/.\u2013-]{1,40}")
SHORTEST_PHONE, LONGEST_PHONE = 5, 15


class FirmUnknownError(LookupError):
    """No firm has this name."""


class FirmTakenError(Exception):
    """A firm has this name already."""


class FirmNeededError(LookupError):
    """There is no firm yet."""


class PhoneInvalidError(ValueError):
    """Not a telephone number: it has too few digits, or other signs than people write in one."""


@dataclass(frozen=True)
class FirmPage:
    """Some firms in the order of their names; ``after`` is the next page's cursor, None on the last."""

    firms: list[Firm]
    after: str | None


def clean_phone(text: str) -> str:
    """The number as it was written, with single spaces; PhoneInvalidError when nobody can call it."""
    phone = " ".join(text.split())
    digits = sum(sign.isdigit() for sign in phone)
    if not PHONE.fullmatch(phone) or not SHORTEST_PHONE <= digits <= LONGEST_PHONE:
        raise PhoneInvalidError
    return phone


def create_firm(
    session: Session, *, name: str, contact_name: str, contact_email: str, contact_phone: str
) -> Firm:
    """A new firm, with the person its clients may call. Commits.

    Raises FirmTakenError, NameInvalidError or EmailInvalidError.
    """
    firm = Firm(
        name=clean_name(name),
        contact_name=clean_name(contact_name),
        contact_email=clean_email(contact_email),
        contact_phone=clean_name(contact_phone),
    )
    session.add(firm)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise FirmTakenError from None
    return firm


def list_page(session: Session, after: str = "") -> FirmPage:
    """A page of firms, in one statement; ``after`` is the last name of the page before."""
    found = session.scalars(
        select(Firm).where(Firm.name > after).order_by(Firm.name).limit(PAGE + 1)
    ).all()
    firms = list(found[:PAGE])
    return FirmPage(firms, firms[-1].name if len(found) > PAGE else None)


def get_firm(session: Session, firm_id: int) -> Firm | None:
    """The firm with this id."""
    return session.get(Firm, firm_id)


def change_people(session: Session, firm: Firm, people: dict[str, str]) -> None:
    """Name the person its clients may call, shown at once on all their pages, and whom to warn. Commits.

    ``people`` has the columns' names; with no address, nobody is named to be warned, or her deputy.
    Raises NameInvalidError, PhoneInvalidError or EmailInvalidError.
    """
    firm.contact_name = clean_name(people["contact_name"])
    firm.contact_phone = clean_phone(people["contact_phone"])
    firm.contact_email = clean_email(people["contact_email"])
    firm.warned_name, firm.warned_email = _person(people["warned_name"], people["warned_email"])
    firm.deputy_name, firm.deputy_email = _person(people["deputy_name"], people["deputy_email"])
    session.commit()


def _person(name: str, email: str) -> tuple[str | None, str | None]:
    if not email.strip():
        return None, None
    return clean_name(name), clean_email(email)


def find_firm(session: Session, name: str | None, organisation_number: str = "") -> Firm:
    """The firm of this name; when none is named, the one with this company, or else the oldest.

    Raises FirmUnknownError, or FirmNeededError when there is no firm at all.
    """
    if name is not None:
        firm = session.scalar(select(Firm).where(Firm.name == name))
        if firm is None:
            raise FirmUnknownError
        return firm
    has_company = exists().where(
        Company.firm_id == Firm.id, Company.organisation_number == organisation_number
    )
    found = session.scalar(select(Firm).order_by(has_company.desc(), Firm.id).limit(1))
    if found is None:
        raise FirmNeededError
    return found
