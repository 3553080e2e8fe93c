"""Organisation numbers in all the ways people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from wizard.services.values.organisation_numbers import NumberInvalidError, clean_number, masked


@pytest.mark.parametrize(
    "text",
    [
        "5591234561",
        "559123-4561",
        " 559123 4561 ",
        "559123\u00a04561",
        "559123\u20134561",
        "16559123-4561",
        "165591234561",
        "５５９１２３-４５６１",
        "559123\u20114561",
        "559123\u200b-\u200e4561\n",
        "SE559123456101",
        "SE 559123-4561 01",
        "se559123\u2013456101",
        "Org.nr: 559123-4561",
        "organisationsnummer 559123-4561",
    ],
)
def test_a_company_is_found_behind_its_hyphens_spaces_and_century(text: str) -> None:
    assert clean_number(text) == "5591234561"


@pytest.mark.parametrize(
    "text", ["800101-1231", "8001011231", "19800101-1231", "198001011231", "800101+1231"]
)
def test_a_sole_trader_has_a_personal_number(text: str) -> None:
    assert clean_number(text) == "8001011231"


def test_a_sole_trader_may_have_a_coordination_number() -> None:
    assert clean_number("19800161-1238") == "8001611238"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "559123-456",
        "559123-45611",
        "559123-4562",  # another check digit
        "19559123-4561",  # a century of people's before a company's number
        "16800101-1231",  # and the other way around
        "21800101-1231",
        "801301-1237",  # no thirteenth month
        "800230-1235",  # no thirtieth of February
        "SE559123456102",
        "559123456101",
        "abcdefghij",
        "٥٥٩١٢٣٤٥٦١",
    ],
)
def test_what_is_no_organisation_number_is_refused(text: str) -> None:
    with pytest.raises(NumberInvalidError):
        clean_number(text)


@given(st.text(alphabet="0123456789- +\u00a016", max_size=16) | st.text())
def test_any_text_is_ten_digits_that_add_up_or_refused(text: str) -> None:
    try:
        number = clean_number(text)
    except NumberInvalidError:
        return
    assert len(number) == 10
    assert number.isascii()
    assert number.isdigit()
    assert luhn.is_valid(number)
    assert clean_number(number) == number


def test_numbers_are_masked_by_the_century_they_belong_to() -> None:
    assert masked("0501011234").startswith("2005")
    assert masked("5591234561") == "559123-4561"
