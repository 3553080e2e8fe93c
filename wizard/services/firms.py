"""Accounting firms, made and found by commands."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from wizard.models import Firm
from wizard.services.names import clean_name
from wizard.services.staff import clean_email


class FirmUnknownError(LookupError):
    """No firm has this name."""


class FirmTakenError(Exception):
    """A firm has this name already."""


class FirmNeededError(LookupError):
    """There are several firms, or none, so one must be named."""


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


def find_firm(session: Session, name: str | None) -> Firm:
    """The firm of this name, or the only one when none is named.

    Raises FirmUnknownError or FirmNeededError.
    """
    if name is not None:
        firm = session.scalar(select(Firm).where(Firm.name == name))
        if firm is None:
            raise FirmUnknownError
        return firm
    first_two = session.scalars(select(Firm).order_by(Firm.id).limit(2)).all()
    if len(first_two) != 1:
        raise FirmNeededError
    return first_two[0]
