"""Labels of vouchers, as people write them."""

import time

import pytest

from wizard.services.books.labels import Label, parse_label


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("A 12", Label("A", 12)),
        (" a12 ", Label("a", 12)),
        ("A-12", Label("A", 12)),
        ("A1-12", Label("A1", 12)),
        ("12", Label(None, 12)),
        ("Å 7", Label("Å", 7)),
        ("2026-03-31", None),
        ("A", None),
        ("", None),
        ("A 1234567890", None),
        ("ABCDEFGHIJK 1", None),
        ("hyra mars 12", None),
        ("-12", None),
        ("A1 12", Label("A1", 12)),
        ("A١2", None),
    ],
)
def test_a_label_is_known_however_it_is_written(typed: str, label: Label | None) -> None:
    assert parse_label(typed) == label


@pytest.mark.parametrize("turn", ["-", "- ", "A", "1", "-1", "A-", "A1-", " 1", "١", "Ａ\u0301"])
def test_a_label_of_any_length_is_parsed_in_linear_time(turn: str) -> None:
    began = time.process_time()
    for end in ("", "x", "-", "1", "A1"):
        assert parse_label(turn * 100_000 + end) is None
    assert time.process_time() - began < 30  # seconds; quadratic time takes minutes


def test_a_label_has_neighbours_and_the_first_has_none_before_it() -> None:
    assert Label("A", 2).beside == (Label("A", 1), Label("A", 3))
    assert Label("A", 1).beside == (None, Label("A", 2))
    assert [str(label) for label in (Label("A", 2), Label(None, 2))] == ["A2", "2"]
