"""Filters are read however people write them, and hold what they say."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.providers.base import Voucher, VoucherRow
from wizard.services.books.voucher_filters import (
    Span,
    UnreadableFilterError,
    VoucherFilter,
    parse_accounts,
    parse_amount,
)

ORE = st.integers(min_value=0, max_value=10**11)
SPACES = st.sampled_from(["", " ", "\u00a0", "\u202f", "'"])


def _spaced(whole: int, sign: str) -> str:
    return f"{whole:,}".replace(",", sign)


@given(
    ORE, SPACES, st.sampled_from([",", "."]), st.sampled_from(["", " kr", ":-", "SEK", " kronor"])
)
def test_an_amount_is_read_however_its_thousands_and_decimals_are_written(
    ore: int, sign: str, point: str, currency: str
) -> None:
    whole, rest = divmod(ore, 100)
    exact = parse_amount(f"{_spaced(whole, sign)}{point}{rest:02}{currency}")
    assert exact == Span(Decimal(ore) / 100, Decimal(ore) / 100)
    rounded = parse_amount(f"{_spaced(whole, sign)}{currency}")
    assert rounded == Span(Decimal(whole), Decimal(whole) + Decimal("0.99"))


@given(ORE, ORE, st.sampled_from(["-", " - ", "–", "—", "\u2212"]))
def test_two_amounts_are_a_span_in_any_order(one: int, other: int, dash: str) -> None:
    low, high = sorted((one // 100, other // 100))
    assert parse_amount(f"{one // 100}{dash}{other // 100}") == Span(
        Decimal(low), Decimal(high) + Decimal("0.99")
    )


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("1.250,50", "1250.50", "1250.50"),
        ("1,250.50", "1250.50", "1250.50"),
        ("1.250", "1250", "1250.99"),
        ("-125,5", "125.5", "125.5"),
        ("1 000-2 000 kr", "1000", "2000.99"),
    ],
)
def test_amounts_are_read_as_they_are_meant(typed: str, low: str, high: str) -> None:
    assert parse_amount(typed) == Span(Decimal(low), Decimal(high))


@given(st.text())
def test_whatever_is_written_is_a_filter_nothing_or_unreadable(text: str) -> None:
    for parse in (parse_amount, parse_accounts):
        try:
            found = parse(text)
        except UnreadableFilterError:
            continue
        assert found is not None or not text.replace("kr", "").strip() or len(text) < 20


@pytest.mark.parametrize("typed", ["tusen", "1,2,3", "12-", "1-2-3", "1e5", "٤٢"])
def test_what_is_no_amount_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(UnreadableFilterError):
        parse_amount(typed)


@pytest.mark.parametrize(
    ("typed", "account", "held"),
    [
        ("1930", "1930", True),
        ("1930", "1940", False),
        ("19", "1930", True),
        ("4000-4999", "4010", True),
        ("4000-4999", "5010", False),
        ("4999–4000", "4999", True),
        ("40-45", "4599", True),
        ("40-45", "4600", False),
    ],
)
def test_accounts_are_one_the_first_digits_or_a_span(typed: str, account: str, held: bool) -> None:
    accounts = parse_accounts(typed)
    assert accounts is not None
    assert accounts.holds(account) is held


def _voucher(**changed: object) -> Voucher:
    rows = (
        VoucherRow("5410", "", Decimal("100.00"), Decimal(), ""),
        VoucherRow("2641", "", Decimal("25.00"), Decimal(), ""),
        VoucherRow("1930", "", Decimal(), Decimal("125.00"), ""),
    )
    given: dict[str, object] = {
        "series": "A", "day": date(2026, 2, 7), "text": "Papper", "rows": rows,
        "has_documents": True, **changed,
    }  # fmt: skip
    return Voucher("A1", (), **given)  # type: ignore[arg-type]


def test_every_part_of_a_filter_has_to_hold() -> None:
    ok = VoucherFilter(
        series="a", amount=parse_amount("125"), accounts=parse_accounts("2641"),
        first=date(2026, 2, 7), last=date(2026, 2, 7), text="pap",
    )  # fmt: skip
    assert ok.matches(_voucher())
    for part in (
        {"series": "B"}, {"day": date(2026, 2, 8)}, {"day": None}, {"text": "Porto"}, {"rows": ()},
    ):  # fmt: skip
        assert not ok.matches(_voucher(**part))


def test_an_amount_is_that_of_a_row_or_of_the_voucher() -> None:
    for typed, held in (("100", True), ("25,00", True), ("125", True), ("75", False), ("0", False)):
        assert VoucherFilter(amount=parse_amount(typed)).matches(_voucher()) is held


def test_those_that_may_lack_documents_are_kept_among_those_without() -> None:
    without = VoucherFilter(without_documents=True)
    told = [without.matches(_voucher(has_documents=one)) for one in (True, False, None)]
    assert told == [False, True, True]
