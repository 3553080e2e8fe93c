"""Files that Swedish spreadsheets open as they are meant: semicolons, UTF-8, and no cell a formula."""

import csv
import io
from collections.abc import Iterable

MARK = "\ufeff"  # spreadsheets take the file as UTF-8 by it
# With these a spreadsheet takes a cell for a formula; an apostrophe makes it a text.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def line(cells: Iterable[str]) -> str:
    """One line, in which no cell is a formula."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow([plain(cell) for cell in cells])
    return out.getvalue()


def plain(cell: str) -> str:
    """The cell as a text."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) else cell
