"""Mail addresses: what mail programs copy is understood, and the rest is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.services.values.email_addresses import EmailInvalidError, clean_email, exact_email

PASTED = [
    "anna@example.com",
    "  Anna@Example.COM ",
    "Anna Ek <anna@example.com>",
    '"Ek, Anna" <anna@example.com>;',
    "<anna@example.com>",
    "anna@example.com;",
    "anna@example.com.",
    "anna@example.com,",
    "(anna@example.com)",
    "mailto:anna@example.com",
    "MAILTO:anna%40example.com?subject=Hej",
    "Anna <mailto:anna@example.com>",
    "anna @ example.com",
    "\u200banna@example.com\u00a0",
    "anna@example\u3002com",
    "ａｎｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    "an\u00adna@example.com\n",
]


@pytest.mark.parametrize("text", PASTED)
def test_an_address_is_found_in_what_was_pasted(text: str) -> None:
    assert clean_email(text) == "anna@example.com"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@",
        "@example.com",
        "anna@example",
        "a b@example.com",
        "anna@example.com; bo@example.com",
        "Anna <anna@example.com> <bo@example.com> x",
        "å@ä.ö",
    ],
)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(EmailInvalidError):
        clean_email(text)


def test_a_program_writes_nothing_but_the_address() -> None:
    assert exact_email("Anna@Example.com") == "anna@example.com"
    with pytest.raises(EmailInvalidError):
        exact_email("Anna Ek <anna@example.com>")


@given(st.text() | st.sampled_from(PASTED))
def test_any_text_is_an_address_in_lower_case_or_refused(text: str) -> None:
    try:
        email = clean_email(text)
    except EmailInvalidError:
        return
    assert email == email.lower() == clean_email(email)
    assert email.isascii()
    assert email.isprintable()
