"""The manifest of drawn pictures: their sources, when they were drawn, and when somebody checked them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from wizard.pictures.definitions import Picture

FILE = "manifest.json"
DATES = ("drawn", "checked")
SOURCES = tuple(Path(__file__).with_name(name) for name in ("sketch.css", "marks.js"))


@dataclass(frozen=True)
class Entry:
    """A drawn picture: its size in CSS pixels, the dates, and a fingerprint for each stem.

    ``checked`` is the day somebody compared it with the real page; None if nobody has.
    """

    width: int
    height: int
    drawn: date
    checked: date | None
    fingerprints: Mapping[str, str]


def read(folder: Path) -> dict[str, Entry]:
    """The manifest of a folder, by the pictures' keys; empty if there is none."""
    path = folder / FILE
    rows = json.loads(path.read_text()) if path.exists() else {}
    return {
        key: Entry(**{**row, **{name: _day(row[name]) for name in DATES}})
        for key, row in rows.items()
    }


def write(folder: Path, entries: Mapping[str, Entry]) -> None:
    """Write the manifest, in a stable order."""
    rows = {key: asdict(entry) for key, entry in entries.items()}
    text = json.dumps(rows, indent=1, sort_keys=True, default=date.isoformat)
    (folder / FILE).write_text(text + "\n")


def fingerprint(picture: Picture, page: str) -> str:
    """A hash (16 characters) of a picture's sources: page, style and marks.

    Pixels are not included, since they differ with the machine's fonts.
    """
    parts = [page, *(source.read_text() for source in SOURCES if not picture.live)]
    parts.append(json.dumps(picture.drawing(), sort_keys=True))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def is_stale(picture: Picture, entry: Entry | None, pages: Mapping[str, str]) -> bool:
    """True if a picture must be drawn again; `pages` are its present sources, by stem."""
    now = {stem: fingerprint(picture, page) for stem, page in pages.items()}
    return entry is None or now != dict(entry.fingerprints)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
