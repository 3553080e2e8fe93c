"""Organisation numbers: parsing, formatting and masking; stored as ten digits."""

import re

from stdnum.exceptions import ValidationError
from stdnum.se import orgnr, personnummer

from wizard.models import now
from wizard.organisation_digits import digits_of

LEGAL_CENTURY = "16"  # the tax agency's prefix for legal persons
PERSONAL_CENTURIES = ("18", "19", "20")
COORDINATION = 60  # added to the day in a coordination number


class NumberInvalidError(ValueError):
    """Neither an organisation number nor a sole trader's personal identity number."""


def clean_number(text: str) -> str:
    """The ten digits of 559123-4561, SE559123456101, 16559123-4561 or 19800101-1231.

    Raises NumberInvalidError.
    """
    digits = digits_of(text)
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}", digits):
        raise NumberInvalidError
    number, century = digits[-10:], digits[:-10]
    personal = is_personal(number)
    if century and (century not in PERSONAL_CENTURIES if personal else century != LEGAL_CENTURY):
        raise NumberInvalidError
    try:
        orgnr.validate(number)
        if personal:
            personnummer.get_birth_date(_without_coordination(century + number))
    except ValidationError:
        raise NumberInvalidError from None
    return number


def is_personal(number: str) -> bool:
    """True for a personal identity number; in other organisation numbers the third digit is 2 or more."""
    return number[2] in "01"


def written(number: str) -> str:
    """Ten digits with a hyphen: 559123-4567."""
    return f"{number[:6]}-{number[6:]}"


def masked(number: str) -> str:
    """As ``written``, but without the last four digits of a personal identity number."""
    if not is_personal(number):
        return written(number)
    century = "20" if int(number[:2]) <= now().year % 100 else "19"
    return f"{century}{number[:6]}-****"


def _without_coordination(digits: str) -> str:
    """The number with the date of birth, if it is a coordination number."""
    day = int(digits[-6:-4])
    return f"{digits[:-6]}{day - COORDINATION if day > COORDINATION else day:02}{digits[-4:]}"
