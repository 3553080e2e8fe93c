"""What is known of the pictures that have been drawn: from what, and when somebody checked them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from wizard.pictures.definitions import Picture

FILE = "manifest.json"
SOURCES = tuple(Path(__file__).with_name(name) for name in ("sketch.css", "marks.js"))


@dataclass(frozen=True)
class Entry:
    """A drawn picture: its size in CSS pixels, the day it was checked, a fingerprint for each stem."""

    width: int
    height: int
    checked: date
    fingerprints: Mapping[str, str]


def read(folder: Path) -> dict[str, Entry]:
    """The manifest of a folder by the pictures' keys; empty when there is none."""
    path = folder / FILE
    rows = json.loads(path.read_text()) if path.exists() else {}
    return {
        key: Entry(**{**row, "checked": date.fromisoformat(row["checked"])})
        for key, row in rows.items()
    }


def write(folder: Path, entries: Mapping[str, Entry]) -> None:
    """Write the manifest, in an order that does not change."""
    rows = {
        key: {**asdict(entry), "checked": entry.checked.isoformat()}
        for key, entry in entries.items()
    }
    (folder / FILE).write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n")


def fingerprint(picture: Picture, page: str) -> str:
    """What a picture is drawn from, in 16 characters: its page, the look, the marks.

    Not its pixels: they differ with the fonts of the machine it is drawn on.
    """
    parts = [page, *(source.read_text() for source in SOURCES)]
    parts.append(json.dumps(picture.drawing(), sort_keys=True))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def is_stale(picture: Picture, entry: Entry | None, pages: Mapping[str, str]) -> bool:
    """Whether a picture has to be drawn again; `pages` are those it would be drawn from, by stem."""
    now = {stem: fingerprint(picture, page) for stem, page in pages.items()}
    return entry is None or now != dict(entry.fingerprints)
