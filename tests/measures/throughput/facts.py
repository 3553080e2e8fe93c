"""Data shared by the three pages: settings, a link half-way through the guide, and pictures."""

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import SETTINGS
from wizard import config
from wizard.pictures.files import file_name
from wizard.pictures.gallery import Gallery
from wizard.web.hooks.security import HEADERS

DATABASE = "THROUGHPUT_DATABASE"
KEY_ID = "THROUGHPUT_KEY"
STEP = "/koppla/{public_id}/bokforing"
CHOICES = ("yes", "no", "unsure")
SECRET = SETTINGS["secret_key"]
PROTECTING = {**HEADERS, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
STATIC = config.ROOT / "static"


@dataclass(frozen=True)
class Picture:
    """A picture for the page, like the result of the product's picture_of."""

    provider: str
    ours: bool
    anchor: str
    texts: str
    page: str
    width: int
    height: int
    webp: str
    webp_2x: str
    png: str
    png_2x: str
    drawn: Any
    checked: Any
    is_real: bool


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


@cache
def gallery() -> Gallery:
    """The drawn pictures."""
    return Gallery.open(STATIC, Path(config.INSTANCE))


def picture(key: str, page: str, static: Any) -> Picture:
    """A picture; ``page`` is the URL of its page, ``static`` makes those of its files."""
    found = gallery().find(key, "sv")

    def address(scale: int, ending: str) -> str:
        name = file_name(found.stem, scale, ending)
        return str(static(f"pictures/{found.picture.provider}/{name}"))

    return Picture(
        provider=found.picture.provider,
        ours=found.picture.ours,
        anchor=f"bild-{found.picture.name}",
        texts=f"providers/{found.picture.provider}/sv/pictures/{found.picture.name}.html",
        page=page,
        width=found.width,
        height=found.height,
        webp=address(1, "webp"),
        webp_2x=address(2, "webp"),
        png=address(1, "png"),
        png_2x=address(2, "png"),
        drawn=found.drawn,
        checked=found.checked,
        is_real=found.is_real,
    )
