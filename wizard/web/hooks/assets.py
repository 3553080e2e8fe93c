"""Static files, cached by browsers for a year; their URL changes with their content; and the icon."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app

from wizard.config import Settings

YEAR_SECONDS = 365 * 24 * 3600
ICON = "pictures/mark.svg"


def init_app(app: Flask, _settings: Settings) -> None:
    """Add a hash of the content to the URL of every static file, and give templates the icon."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR_SECONDS
    app.url_defaults(_versioned)
    app.jinja_env.globals["icon_address"] = _as_data(Path(app.static_folder or "") / ICON)


def _versioned(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values["v"] = _version(current_app.static_folder or "", str(values["filename"]))


def _as_data(icon: Path) -> str:
    """The icon as a part of the page: with headers of its own it would weigh four times as much."""
    drawing = icon.read_text("utf-8").strip().replace('"', "'")
    return "data:image/svg+xml," + quote(drawing, safe=" =:/()")


@cache
def _version(folder: str, name: str) -> str | None:
    path = Path(folder) / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else None
