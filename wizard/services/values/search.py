"""Search for companies, and cursors for pages of a list."""

import re

from sqlalchemy import ColumnElement, and_, or_

from wizard.models import Company, reference_key, sort_key
from wizard.organisation_digits import digits_of, ten_digits
from wizard.plain_text import one_line

LONGEST = 100
DIGITS = re.compile(r"[0-9]{2,12}")


def clean_search(text: str) -> str:
    """The search text as one line of at most 100 printable characters."""
    return one_line(text)[:LONGEST].strip()


def matches(search: str, *, anywhere: bool) -> ColumnElement[bool]:
    """The filter for companies whose name, number or own reference begins with the text.

    ``anywhere``: the name contains it.

    A prefix search uses an index.
    """
    key = sort_key(search)
    if anywhere:
        named = Company.sort_key.contains(key, autoescape=True)
    else:
        named = Company.sort_key.startswith(key, autoescape=True)
    referred = Company.reference_key.startswith(reference_key(search) or "", autoescape=True)
    found = or_(named, and_(Company.reference_key.is_not(None), referred))
    digits = digits_of(search)
    if not DIGITS.fullmatch(digits):
        return found
    number = ten_digits(digits) or digits[:10]
    return or_(found, Company.organisation_number.between(number, number.ljust(10, "9")))
