"""What is stored is what is read: one line, without what takes no room."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.plain_text import one_line, plain_dashes, unbroken, with_dates


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Rad ett\nRad två", "Rad ett Rad två"),
        ("Kvitto\tICA\u00a0Maxi.jpg", "Kvitto ICA Maxi.jpg"),
        ("Anna\r\n\x0b\x85\u2028\u2029 Ek", "Anna Ek"),
        ("Anna\u2800Ek", "Anna Ek"),
        ("An\u200b\u200d\u2060\ufeffna\u00ad", "Anna"),
        ("\u202egnp.\u2066fdp\u2069", "gnp.fdp"),
        ("\u3164\u115f\ufe0fAnna\0\x1b\ud800\ue000", "Anna"),
        ("A\u030a12", "Å12"),
        (None, ""),
    ],
)
def test_text_is_one_line_of_what_is_seen(text: str | None, line: str) -> None:
    assert one_line(text) == line


def test_every_kind_of_white_space_is_a_space_and_nothing_else_of_it_is_left() -> None:
    for sign in map(chr, range(sys.maxunicode + 1)):
        line = one_line(f"a{sign}b")
        if sign.isspace() or unicodedata.category(sign) in {"Zs", "Zl", "Zp"}:
            assert line == "a b", ascii(sign)
        elif unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Cn", "Co"}:
            assert line == "ab", ascii(sign)


@given(st.text())
def test_any_text_is_one_line_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert line == one_line(line)
    assert line.isprintable()
    assert line == line.strip()


def test_every_dash_of_a_word_processor_is_a_hyphen() -> None:
    assert plain_dashes("A\u201312 \u2011 08\u2212123") == "A-12 - 08-123"


def test_unbroken_text_has_no_space_to_break_at() -> None:
    assert unbroken("08-123 45 67").split(" ") == ["08-123\u00a045\u00a067"]


def test_a_date_in_a_text_is_written_as_other_dates_are() -> None:
    assert with_dates("A1 (2025-01-05)", lambda on: f"{on.day}/{on.month}") == "A1 (5/1)"
    no_days = ("2026-99-99 1 (2026-00-00)", "٢٠٢٦-٠١-٠١")
    for other in ("A1", "2025-01", "12025-01-05", "559900-1079", *no_days):
        assert with_dates(other, lambda on: on.strftime("%d")) == other
