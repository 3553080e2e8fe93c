"""A table as spreadsheets write it: bytes or pasted text to rows of cells, whatever the encoding and separator."""

import codecs
import csv
import io
import re
from dataclasses import dataclass

MOST_ROWS = 5000
MOST_BYTES = 4 * 1024 * 1024
SEPARATORS = ("\t", ";", ",")
NAMED = re.compile(
    r'"?sep=(.)"?', re.IGNORECASE
)  # a first line by which Excel is told the separator
# With a byte order mark; the longer ones first, since one begins as another does.
MARKED = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 4096
LONGEST_CELL = 500  # no value is longer, and cleaning takes the square of the length


class TableUnreadableError(ValueError):
    """Not a table: a workbook or a picture, perhaps."""


class TableEmptyError(ValueError):
    """No row has anything in it."""


class TooManyRowsError(ValueError):
    """More than 5,000 rows."""


@dataclass(frozen=True)
class Row:
    """A row with something in it; ``number`` is the spreadsheet's, from 1."""

    number: int
    cells: list[str]


def rows_of(data: bytes | str) -> list[Row]:
    """The rows of a file or of pasted text, without those that are empty.

    Raises TableUnreadableError, TableEmptyError or TooManyRowsError.
    """
    text = data if isinstance(data, str) else decoded(data)
    lines = io.StringIO(text.removeprefix("\ufeff").replace("\0", ""), newline="")
    separator, skipped = _separator(lines)
    reader = csv.reader(lines, delimiter=separator)
    found: list[Row] = []
    try:
        for number, cells in enumerate(reader, 1 + skipped):
            if any(cell.strip() for cell in cells):
                found.append(Row(number, [cell[:LONGEST_CELL].strip() for cell in cells]))
            if len(found) > MOST_ROWS + 1:  # the headings are a row as well
                raise TooManyRowsError
    except csv.Error:
        raise TableUnreadableError from None
    if not found:
        raise TableEmptyError
    return found


def decoded(data: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8 if it is that, else Windows-1252."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG")):
        raise TableUnreadableError  # a workbook, which the page asks to save as CSV; a picture
    name = next((name for mark, name in MARKED if data.startswith(mark)), None) or _unmarked(data)
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _unmarked(data: bytes) -> str:
    """UTF-16 has a zero in every other byte of western text; at which place says which of the two."""
    sample = data[:SAMPLE]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if max(odd, even) * 4 > len(sample):
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def _separator(lines: io.StringIO) -> tuple[str, int]:
    """The separator, and how many rows said it alone; leaves ``lines`` where the table begins."""
    first = next((line for line in lines if line.strip()), "")
    if named := NAMED.fullmatch(first.strip("\r\n ")):
        return named[1], 1
    bare = re.sub(r'"[^"]*("|$)', "", first)  # what stands in quotation marks separates nothing
    lines.seek(0)
    return next((sign for sign in SEPARATORS if sign in bare), ";"), 0
