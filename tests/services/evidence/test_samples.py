"""A sample is read however it is written: generated in every form that people use."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.services.books.labels import Label
from wizard.services.evidence.samples import MOST, Problem, read_sample

SERIES = st.sampled_from(["A", "B", "L", "LF", "Ö"])
LABELS = st.lists(
    st.builds(Label, SERIES, st.integers(1, 999_999)), min_size=1, max_size=20, unique=True
)


def labels_of(text: str) -> list[Label]:
    lines = read_sample(text)
    assert not [line for line in lines if line.problem], lines
    return [label for line in lines for label in line.labels]


@given(
    LABELS,
    st.sampled_from(["", " ", "-", " - ", "\u00a0", "–"]),
    st.sampled_from(
        [", ", ",", ";", "; ", "\n", "\r\n", " ", " och ", " & ", " / ", ",\n", "\n\n", " samt "]
    ),
    st.sampled_from(["", "Verifikat ", "ver ", "Ver.", "nr ", "#", "Ver. nr "]),
    st.booleans(),
)
def test_a_list_is_read_in_every_form(
    labels: list[Label], joint: str, between: str, before: str, is_small: bool
) -> None:
    written = [f"{before}{one.series}{joint}{one.number}" for one in labels]
    text = between.join(written)
    assert labels_of(text.lower() if is_small else text) == labels


@given(
    SERIES, st.integers(1, 9_000), st.integers(0, 60),
    st.sampled_from(["-", " - ", "–", " — ", "..", "...", ":", " till ", " t.o.m. ", " tom ", " to ", " till och med "]),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_a_range_is_read_in_every_form(
    series: str, first: int, more: int, to: str, is_again: bool, is_spaced: bool, is_turned: bool
) -> None:
    joint = " " if is_spaced else ""
    ends = [first, first + more]
    low, high = reversed(ends) if is_turned else ends
    text = f"{series}{joint}{low}{to}{f'{series}{joint}' if is_again else ''}{high}"
    assert labels_of(text) == [Label(series, number) for number in range(first, first + more + 1)]


@given(LABELS, st.sampled_from(["first", "middle", "last"]))
def test_rows_of_a_spreadsheet_are_read_by_their_column(labels: list[Label], place: str) -> None:
    at = {"first": 0, "middle": 1, "last": 3}[place]
    rows = []
    for one in labels:
        cells = ["2026-02-07", "Leverantörsfaktura", "Papper AB"]
        cells.insert(at, str(one))
        rows.append("\t".join(cells))
    assert labels_of("\n".join(rows)) == labels


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("A12, A15, B3-B9", ["A12", "A15", *(f"B{n}" for n in range(3, 10))]),
        ("A12, 15, 17", ["A12", "A15", "A17"]),
        ("A12\n15", ["A12", "15"]),
        ("3-5", ["3", "4", "5"]),
        ("12.0\n13,00", ["12", "13"]),
        ("A1-3, B2 - B1", ["A1", "A2", "A3", "B1", "B2"]),
        ("A 12 A 15 B 3", ["A12", "A15", "B3"]),
        ("A12, A12, a12", ["A12"]),
        ("A0012", ["A12"]),
        ("A2-B3", ["A2", "B3"]),
        ("", []),
        (" \n\t\n", []),
    ],
)  # fmt: skip
def test_a_sample_is_read_as_it_is_meant(text: str, labels: list[str]) -> None:
    assert [str(one) for one in labels_of(text)] == labels


@pytest.mark.parametrize(
    "text",
    [
        "Ver.nr",
        "hyra mars",
        "2026-02-07",
        "12a",
        "A1234567890",
        "A12, tolv",
        "-",
        "٣",
        "A",
        "1 250,50 kr",
    ],
)
def test_a_line_that_names_no_voucher_is_said_to_be_unreadable(text: str) -> None:
    [line] = read_sample(text)
    assert (line.labels, line.problem) == ((), Problem.UNREADABLE)


def test_unreadable_lines_do_not_hinder_the_others() -> None:
    lines = read_sample("Verifikat\nA1\n???\nA2")
    assert [line.problem for line in lines] == [Problem.UNREADABLE, None, Problem.UNREADABLE, None]


def test_no_more_than_500_are_taken_and_the_rest_is_said() -> None:
    assert len(labels_of(f"A1-{MOST}")) == MOST
    assert read_sample("A1-501")[0].problem is Problem.TOO_MANY
    assert read_sample("1-999999999")[0].problem is Problem.TOO_MANY
    lines = read_sample("A1-499\nB1-B2\nA500")
    assert [line.problem for line in lines] == [None, Problem.TOO_MANY, None]


@pytest.mark.parametrize(
    "turn", ["A", "1", "A1-", "-", "1-", " ", "ver ", ".", "till ", "nr.", "A1 ", "\t"]
)
def test_a_sample_of_any_length_is_read_at_once(turn: str) -> None:
    began = time.process_time()
    for end in ("", "x", "!", "A1"):
        read_sample(turn * 50_000 + end)
    assert time.process_time() - began < 30


@given(st.text(max_size=200))
def test_whatever_is_pasted_is_read_or_said_to_be_unreadable(text: str) -> None:
    for line in read_sample(text):
        assert bool(line.labels) != bool(line.problem)
        assert all(label.number > 0 for label in line.labels)
