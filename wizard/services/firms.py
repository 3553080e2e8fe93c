"""Accounting firms, made and found by commands."""

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from wizard.models import Company, Firm
from wizard.services.names import clean_name
from wizard.services.staff import clean_email


class FirmUnknownError(LookupError):
    """No firm has this name."""


class FirmTakenError(Exception):
    """A firm has this name already."""


class FirmNeededError(LookupError):
    """There is no firm yet."""


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
