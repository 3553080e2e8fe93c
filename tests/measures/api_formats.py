"""Hooks for schemathesis: values of our formats, existing ids, and a reset of rate limits.

Loaded by schemathesis (SCHEMATHESIS_HOOKS) in its own process.
"""

import os
import re
from typing import Any
from uuid import uuid4

import schemathesis
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from wizard.services.outbox import WordsInvalidError, clean_words
from wizard.services.values.email_addresses import EmailInvalidError, clean_email
from wizard.services.values.names import NameInvalidError
from wizard.services.values.organisation_numbers import NumberInvalidError, clean_number
from wizard.services.values.own_words import WordsUnfairError, fair_name
from wizard.web.api.fields import NAME_PATTERN

KNOWN = dict(pair.split("=") for pair in os.environ.get("API_KNOWN", "").split() if "=" in pair)
engine = create_engine(os.environ["API_DATABASE"], isolation_level="AUTOCOMMIT")


def _is_name(value: str) -> bool:
    try:
        fair_name(value)
    except (NameInvalidError, WordsUnfairError):
        return False
    return re.search(NAME_PATTERN, value) is not None


def _is_email(value: str) -> bool:
    try:
        clean_email(value)
    except EmailInvalidError:
        return False
    return len(value) <= 254


def _is_number(value: str) -> bool:
    try:
        clean_number(value)
    except NumberInvalidError:
        return False
    return True


def _is_words(value: str) -> bool:
    try:
        clean_words(value)
    except (WordsInvalidError, WordsUnfairError):
        return False
    return value.isprintable()


def _with_check_digit(nine: int) -> str:
    """An organisation number of ten digits, with a correct check digit."""
    digits = f"556{nine:06}"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    total = sum(number // 10 + number % 10 for number in doubled)
    return f"{digits}{-total % 10}"


letters = st.characters(codec="utf-8", exclude_categories=["C"])
FORMATS: dict[str, st.SearchStrategy[str]] = {
    "organisation-number": st.integers(0, 999_999).map(_with_check_digit).filter(_is_number),
    "one-line-name": st.text(letters, min_size=1, max_size=200).filter(_is_name),
    "own-reference": st.text(letters, min_size=1, max_size=50).filter(_is_name),
    "plain-words": st.text(letters, min_size=1, max_size=300).filter(_is_words),
    "email": st.emails().filter(_is_email),
}
# Generating a value costs more than the request, so the test suite chooses from a few.
FEW: dict[str, list[str]] = {
    "organisation-number": [
        number for number in map(_with_check_digit, range(0, 999_999, 9973)) if _is_number(number)
    ],
    "one-line-name": ["A", "Å", "Räksmörgås & Co AB", "漢字", "<b>", "' or 1=1 --", "x" * 200],
    "own-reference": ["1042", "K-7", "Å", "<b>", "x" * 50],
    "plain-words": ["Hej!", "å" * 300, "<script>", "{{ 7 * 7 }}", "𝔘", "%s", '"'],
    "email": ["a@b.se", "frida+x@example.com", "o'neill@example.com", f"{'x' * 64}@example.com"],
}
for name, strategy in FORMATS.items():
    few = st.sampled_from(FEW[name])
    schemathesis.openapi.format(name, few if os.environ.get("API_FEW") else strategy)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Replace generated ids by existing ones, and reset the rate limits."""
    with engine.connect() as connection:
        connection.execute(text("delete from rate_counts"))  # other tests cover the limits
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    spare = "spare_" if case.operation.path.endswith(("/disconnect", "/withdraw")) else ""
    for name in case.path_parameters or {}:
        case.path_parameters[name] = KNOWN.get(spare + name) or KNOWN[name]
    if case.query and "after" in case.query and not case.operation.path.endswith("/lines"):
        kind = "company_id" if "companies" in case.operation.path else "connection_id"
        case.query["after"] = KNOWN[kind]
    if case.query and "organisation_number" in case.query:
        case.query["organisation_number"] = KNOWN["number"]
    if case.headers and case.headers.get("Idempotency-Key"):
        case.headers["Idempotency-Key"] = str(uuid4())
    if isinstance(case.body, dict):
        _name_known(case.body)


def _name_known(body: dict[str, Any]) -> None:
    """Replace names in the body by existing people and companies."""
    if "company_id" in body:
        body["company_id"] = KNOWN["company_id"]
    for name in ("sender", "user_email"):
        if body.get(name):
            body[name] = KNOWN["member"]
