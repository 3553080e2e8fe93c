"""Searching companies, and pages of a list that go on from the last row shown."""

import re

from sqlalchemy import ColumnElement, or_

from wizard.models import Company, sort_key
from wizard.services.names import printable

LONGEST = 100
DIGITS = re.compile(r"[0-9]{2,12}")


def clean_search(text: str) -> str:
    """What was meant by what was written: one line of at most 100 characters, to be shown again."""
    return printable(" ".join(text.split()))[:LONGEST].strip()


def matches(search: str, *, anywhere: bool) -> ColumnElement[bool]:
    """Companies whose name or organisation number begins so; with ``anywhere`` names that hold it.

    A beginning is found by an index, whatever the number of companies.
    """
    key = sort_key(search)
    if anywhere:
        named = Company.sort_key.contains(key, autoescape=True)
    else:
        named = Company.sort_key.startswith(key, autoescape=True)
    digits = re.sub(r"[\s-]", "", search)
    if not DIGITS.fullmatch(digits):
        return named
    number = digits[2:] if len(digits) == 12 else digits[:10]
    return or_(named, Company.organisation_number.between(number, number.ljust(10, "9")))
