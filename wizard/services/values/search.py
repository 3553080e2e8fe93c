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


def matches(search: str) -> ColumnElement[bool]:
    """The filter for companies whose name, number or own reference begins with the text."""
    return or_(*ways(search))


def ways(search: str) -> list[ColumnElement[bool]]:
    """The same as filters that each have an index; beside each other rows would be compared with all."""
    begun = Company.sort_key.startswith(sort_key(search), autoescape=True)
    return [begun, referred(search), *numbered(search)]


def referred(search: str) -> ColumnElement[bool]:
    """The filter for companies whose own reference begins with the text."""
    key = reference_key(search) or ""
    begun = Company.reference_key.startswith(key, autoescape=True)
    return and_(Company.reference_key.is_not(None), begun)


def numbered(search: str) -> list[ColumnElement[bool]]:
    """The filter for companies whose number begins with the text, however it is written; none if it is no number."""
    digits = digits_of(search)
    if not DIGITS.fullmatch(digits):
        return []
    number = ten_digits(digits) or digits[:10]
    return [Company.organisation_number.between(number, number.ljust(10, "9"))]
