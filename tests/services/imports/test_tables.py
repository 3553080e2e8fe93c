"""Every encoding and separator that spreadsheets make gives the same rows."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.services.imports.tables import (
    LONGEST_CELL,
    MOST_ROWS,
    TableEmptyError,
    TableUnreadableError,
    TooManyRowsError,
    rows_of,
)

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
SEPARATORS = [";", "\t", ","]
ENDS = ["\r\n", "\n", "\r"]
# What stands in every such encoding; separators, quotes and breaks of line among it.
SIGNS = "abzåäöÅÄÖéüß€ 0123456789-.@&'\";,\t\n"
CELLS = st.text(SIGNS, max_size=12).map(str.strip)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS).map(list), min_size=1, max_size=5)
HEADS = ["Orgnr", "Företag", "Mejl"]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("separator", SEPARATORS)
@settings(max_examples=20)
@given(rows=ROWS, end=st.sampled_from(ENDS), quoted=st.booleans(), named=st.booleans())
def test_what_a_spreadsheet_wrote_is_read_as_it_was(
    encoding: str, separator: str, rows: list[list[str]], end: str, *, quoted: bool, named: bool
) -> None:
    out = io.StringIO(newline="")
    # Spreadsheets put every break of line in quotation marks; Python those of its line's own end.
    csv.writer(
        out,
        delimiter=separator,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if quoted or end == "\r" else csv.QUOTE_MINIMAL,
    ).writerows([HEADS, *rows])
    text = (f"sep={separator}{end}" if named else "") + out.getvalue()
    found = rows_of(text.encode(encoding))
    assert [row.cells for row in found] == [HEADS, *(row for row in rows if any(row))]
    first = 2 if named else 1
    numbers = [first, *(first + at for at, row in enumerate(rows, 1) if any(row))]
    assert [row.number for row in found] == numbers


@pytest.mark.parametrize("data", [b"PK\x03\x04 a workbook", b"%PDF-1.7", b"\x89PNG"])
def test_a_workbook_is_no_table(data: bytes) -> None:
    with pytest.raises(TableUnreadableError):
        rows_of(data)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b";;;\r\n  ;\r\n", ""])
def test_nothing_is_said(data: bytes | str) -> None:
    with pytest.raises(TableEmptyError):
        rows_of(data)


def test_so_many_rows_and_no_more_and_no_endless_cell() -> None:
    rows = rows_of("heading\n" + "a\n" * MOST_ROWS)
    assert len(rows) == MOST_ROWS + 1
    with pytest.raises(TooManyRowsError):
        rows_of("heading\n" + "a\n" * (MOST_ROWS + 1))
    assert len(rows_of("x" * 5000)[0].cells[0]) == LONGEST_CELL


def test_windows_text_that_is_no_utf_8_is_read_and_never_fails() -> None:
    assert rows_of(b"\xc4ngsbageriet;\x80\r\n")[0].cells == ["Ängsbageriet", "€"]
    assert rows_of(bytes(range(1, 128)) + b"\x81\x8d")
