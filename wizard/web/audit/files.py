"""The audit trail as a file for spreadsheets, written as it is read."""

import csv
import io
from collections.abc import Iterable, Iterator

from flask_babel import gettext, to_user_timezone

from wizard.models import AuditEntry
from wizard.web.audit import wording

MOST = 50_000  # entries in one file; a narrower search gives the rest
MARK = "\ufeff"  # spreadsheets take the file as UTF-8 by it
# With these a spreadsheet takes a cell for a formula; an apostrophe makes it a text.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def lines(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """The lines of the file, the names of the columns first."""
    yield MARK + line(
        [
            gettext("When"),
            gettext("Who"),
            gettext("From where"),
            gettext("What"),
            gettext("Kind"),
            gettext("On what"),
            gettext("Id"),
            gettext("Person"),
            gettext("Before"),
            gettext("After"),
        ]
    )
    for entry in entries:
        yield line(_cells(entry))


def line(cells: list[str]) -> str:
    """One line, in which no cell is a formula."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerow([plain(cell) for cell in cells])
    return out.getvalue()


def plain(cell: str) -> str:
    """The cell as a text."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) else cell


def _cells(entry: AuditEntry) -> list[str]:
    return [
        f"{to_user_timezone(entry.at):%Y-%m-%d %H:%M:%S}",
        wording.actor_words(entry),
        entry.address or "",
        str(wording.ACTIONS[entry.action]),
        wording.object_words(entry),
        entry.object_name or "",
        entry.object_id or "",
        entry.person or "",
        _told(entry.before),
        _told(entry.after),
    ]


def _told(values: dict[str, object] | None) -> str:
    return ", ".join(f"{name}: {value}" for name, value in wording.change_words(values))
