"""Searching companies, and pages of a list that go on from the last row shown."""

import re

from sqlalchemy import ColumnElement, or_

from wizard.models import Company, sort_key

DIGITS = re.compile(r"[0-9]{2,12}")


def matches(search: str, *, anywhere: bool) -> ColumnElement[bool]:
    """Companies whose name or organisation number begins so; with ``anywhere`` names that hold it.

    A beginning is found by an index, whatever the number of companies.
    """
    key = sort_key(" ".join(search.replace("\0", "").split()))
    if anywhere:
        named = Company.sort_key.contains(key, autoescape=True)
    else:
        named = Company.sort_key.startswith(key, autoescape=True)
    digits = re.sub(r"[\s-]", "", search)
    if not DIGITS.fullmatch(digits):
        return named
    number = digits[2:] if len(digits) == 12 else digits[:10]
    return or_(named, Company.organisation_number.between(number, number.ljust(10, "9")))
