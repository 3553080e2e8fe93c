"""Organisation numbers as people write and read them, and the ten digits we store."""

import re
import unicodedata

from stdnum.exceptions import ValidationError
from stdnum.se import orgnr, personnummer

from wizard.models import now

SEPARATORS = re.compile(r"[\s\u00ad\u2010-\u2015\u2212.+-]")  # every dash that a paste may bring
LEGAL_CENTURY = "16"  # what the tax agency writes in front of a company's number
PERSONAL_CENTURIES = ("18", "19", "20")
COORDINATION = 60  # added to the day in a coordination number


class NumberInvalidError(ValueError):
    """Not an organisation number, and not a sole trader's personal number."""


def clean_number(text: str) -> str:
    """The ten digits of 559123-4561, 16559123-4561 or 19800101-1231; else NumberInvalidError."""
    digits = SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
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
    """Whether ten digits are a sole trader's personal number: in others the third digit is 2 or more."""
    return number[2] in "01"


def written(number: str) -> str:
    """Ten digits with their hyphen: 559123-4567."""
    return f"{number[:6]}-{number[6:]}"


def masked(number: str) -> str:
    """As written, but a personal number without its last four: 19800101-****."""
    if not is_personal(number):
        return written(number)
    century = "20" if int(number[:2]) <= now().year % 100 else "19"
    return f"{century}{number[:6]}-****"


def _without_coordination(digits: str) -> str:
    """The number with its real day of birth."""
    day = int(digits[-6:-4])
    return f"{digits[:-6]}{day - COORDINATION if day > COORDINATION else day:02}{digits[-4:]}"
