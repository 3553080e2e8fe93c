"""A sample of vouchers, read however people write it: a list, ranges, a column or rows of a spreadsheet."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from wizard.plain_text import plain_dashes
from wizard.services.books.labels import DAY, LONGEST_NUMBER, LONGEST_SERIES, Label

MOST = 500  # vouchers in a sample
MOST_LINES = 2_000
LONGEST = 40_000  # characters, which 500 labels fit in many times over
SERIES = rf"[^\W\d_]{{1,{LONGEST_SERIES}}}"
NUMBER = rf"[0-9]{{1,{LONGEST_NUMBER}}}"
# What people put before a number, and between the two ends of a range.
BEFORE = r"(?:(?:verifikationsnummer|verifikatnummer|verifikation|verifikat|voucher|ver|nr|no)\b\.?\s*|#\s*)*"
TO = r"\s*(?:-|\.{2,3}|:|\btill(?: och med)?\b|\bt\.?\s?o\.?\s?m\b\.?|\bto\b)\s*"
ONE = rf"{BEFORE}(?:(?P<series>{SERIES})[ -]*)?(?P<number>{NUMBER})"
OTHER = rf"(?:(?P<last_series>{SERIES})[ -]*)?(?P<last>{NUMBER})"
ITEM = re.compile(rf"{ONE}(?:{TO}{OTHER})?", re.IGNORECASE)
BETWEEN = re.compile(r"(?:[\s,;/&+.]|\boch\b|\bsamt\b|\band\b)*", re.IGNORECASE)
WHOLE = re.compile(r"([0-9]+)[.,]0{1,2}")  # a number as a spreadsheet shows it with decimals


class Problem(StrEnum):
    """Why a line of a sample names no vouchers."""

    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"


@dataclass(frozen=True)
class Line:
    """A line of a sample as it was written, with the labels it names, or why it names none."""

    written: str
    labels: tuple[Label, ...] = ()
    problem: Problem | None = None


def read_sample(text: str) -> list[Line]:
    """The lines of a sample, empty ones left out; at most MOST labels, each once.

    Letters of a series are taken as capitals. A number without a series takes that of the number before
    it in the same line: "A12, 15" is A12 and A15.
    """
    lines, seen = list[Line](), set[Label]()
    for written in text[:LONGEST].splitlines()[:MOST_LINES]:
        line = _line(written)
        if line is None:
            continue
        new = tuple(label for label in dict.fromkeys(line.labels) if label not in seen)
        if len(seen) + len(new) > MOST:
            lines.append(Line(line.written, problem=Problem.TOO_MANY))
            continue
        seen.update(new)
        if new or line.problem:
            lines.append(replace(line, labels=new))
    return lines


def _line(written: str) -> Line | None:
    cells = [plain_dashes(cell) for cell in written.split("\t")]
    shown = " ".join(filter(None, cells))[:200]
    if len(cells) == 1 or not shown:
        return _cell(cells[0])
    readable = (
        _cell(cell) for cell in cells
    )  # of a row of a spreadsheet, the first that is a number
    found = next((one for one in readable if one and not one.problem), None)
    return replace(found, written=shown) if found else Line(shown, problem=Problem.UNREADABLE)


def _cell(text: str) -> Line | None:
    if not text:
        return None
    if WHOLE.fullmatch(text):
        text = text.partition("," if "," in text else ".")[0]
    labels, at, series = list[Label](), _after(text, 0), None
    while at < len(text):
        found = ITEM.match(text, at)
        if found is None or DAY.match(text, found.start("number")) or _runs_on(text, found.end()):
            return Line(text[:200], problem=Problem.UNREADABLE)
        named = _labels(found, series)
        if named is None:
            return Line(text[:200], problem=Problem.TOO_MANY)
        labels += named
        series = named[-1].series if named else series
        at = _after(text, found.end())
    if not labels:
        return Line(text[:200], problem=Problem.UNREADABLE)
    return Line(text[:200], tuple(labels))


def _after(text: str, at: int) -> int:
    """Where the next item begins."""
    between = BETWEEN.match(text, at)
    return between.end() if between else at


def _runs_on(text: str, at: int) -> bool:
    """True if a letter or a digit follows at once: "12a" is no number, and ten digits are none."""
    return text[at : at + 1].isalnum()


def _labels(found: re.Match[str], series: str | None) -> list[Label] | None:
    """The labels of an item; None if they are more than a sample has."""
    named = found["series"] or found["last_series"]
    of = named.upper() if named else series
    first = int(found["number"])
    last = int(found["last"] or first)
    if found["last_series"] and found["last_series"].upper() != of:
        return [
            one
            for one in (Label(of, first), Label(found["last_series"].upper(), last))
            if one.number
        ]
    if abs(last - first) >= MOST:
        return None
    return [Label(of, number) for number in range(min(first, last), max(first, last) + 1) if number]
