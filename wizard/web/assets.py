"""Static files: kept by browsers for a year, at an address that changes with their content."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from wizard.config import Settings

YEAR_SECONDS = 365 * 24 * 3600


def init_app(app: Flask, _settings: Settings) -> None:
    """Put the content's hash in every address made for a static file."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR_SECONDS
    app.url_defaults(_versioned)


def _versioned(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values["v"] = _version(current_app.static_folder or "", str(values["filename"]))


@cache
def _version(folder: str, name: str) -> str | None:
    path = Path(folder) / name
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else None
