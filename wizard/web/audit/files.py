"""The audit trail as a file for spreadsheets, written as it is read."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext, to_user_timezone

from wizard.models import AuditEntry
from wizard.services.values.spreadsheets import MARK, line
from wizard.web.audit import wording

MOST = 50_000  # entries in one file; a narrower search gives the rest


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
