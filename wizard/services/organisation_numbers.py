"""Organisation numbers as people write them, and the ten digits we store."""

import re
import unicodedata

from stdnum.exceptions import ValidationError
from stdnum.se import orgnr, personnummer

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
    personal = number[2] in "01"
    if century and (century not in PERSONAL_CENTURIES if personal else century != LEGAL_CENTURY):
        raise NumberInvalidError
    try:
        orgnr.validate(number)
        if personal:
            personnummer.get_birth_date(_without_coordination(century + number))
    except ValidationError:
        raise NumberInvalidError from None
    return number


def _without_coordination(digits: str) -> str:
    """The number with its real day of birth."""
    day = int(digits[-6:-4])
    return f"{digits[:-6]}{day - COORDINATION if day > COORDINATION else day:02}{digits[-4:]}"
