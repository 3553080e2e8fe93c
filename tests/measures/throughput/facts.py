"""Data shared by the three pages: settings, a link half-way through the guide, and static files."""

import hashlib
import os
from functools import cache
from typing import Any
from urllib.parse import quote

from tests.conftest import SETTINGS
from wizard import config
from wizard.web.hooks.security import HEADERS

DATABASE = "THROUGHPUT_DATABASE"
KEY_ID = "THROUGHPUT_KEY"
STEP = "/koppla/{public_id}/bokforing"
CHOICES = ("yes", "no", "unsure")
SECRET = SETTINGS["secret_key"]
PROTECTING = {**HEADERS, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
STATIC = config.ROOT / "static"


def database_url() -> str:
    """The URL of the database that all three read."""
    return os.environ[DATABASE]


def grants() -> dict[str, Any]:
    """The content of the reader's session."""
    return {"grants": [int(os.environ[KEY_ID])], "browser": "throughput"}


@cache
def version(name: str) -> str:
    """The version of a static file, which changes with its content."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def icon() -> str:
    """The icon as a part of the page."""
    drawing = (STATIC / "pictures/mark.svg").read_text("utf-8").strip().replace('"', "'")
    return "data:image/svg+xml," + quote(drawing, safe=" =:/()")
