"""Real screenshots that people put in a folder: validated, and copied in our sizes.

The file itself is never served, only pixels that we have encoded again, so that nothing is hidden in it.
"""

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from wizard.pictures.encoding import photo_png, photo_webp
from wizard.pictures.files import SCALES, file_name

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
LARGEST_BYTES = 8 * 1024 * 1024
LARGEST_SIDE = 8000  # pixels
WIDEST = 600  # CSS pixels: the width available on a page
UNREADABLE = (UnidentifiedImageError, OSError, ValueError, SyntaxError)


class Refusal(Enum):
    """The reasons why a file is not shown."""

    OUTSIDE = "outside"
    TOO_LARGE = "too_large"
    NOT_A_PICTURE = "not_a_picture"
    NOT_WRITTEN = "not_written"


class RefusedError(Exception):
    """The file cannot be shown; `reason` tells why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Screenshot:
    """Copies of a real screenshot: their stem, their CSS size, and the date it was taken."""

    stem: str
    width: int
    height: int
    checked: date


@dataclass(frozen=True)
class Source:
    """A file and its mark, which changes when the file does."""

    path: Path
    mark: tuple[int, int]
    taken: date


def find(folder: Path, stems: Iterable[str]) -> Source | None:
    """The file of the first stem that has one, else None; raises RefusedError if outside the folder."""
    if not folder.is_dir():
        return None
    there = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in FORMATS}
    for stem in stems:
        if stem in there:
            return _source(folder, there[stem])
    return None


def copy(source: Source, target: Path, stem: str) -> Screenshot:
    """Write the copies to `target` unless they exist; raises RefusedError if it is not a picture."""
    content = source.path.read_bytes()
    image = _open(content, FORMATS[source.path.suffix.lower()])
    made = f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}"
    width = min(image.width, WIDEST)
    height = max(1, round(image.height * width / image.width))
    if not (target / file_name(made, SCALES[-1], "webp")).exists():
        _write(image, target, made, width)
    return Screenshot(made, width, height, source.taken)


def _source(folder: Path, path: Path) -> Source:
    try:
        inside = path.resolve(strict=True).is_relative_to(folder.parent.resolve())
        facts = path.stat()
    except OSError:
        raise RefusedError(Refusal.OUTSIDE) from None
    if not inside or not stat.S_ISREG(facts.st_mode):
        raise RefusedError(Refusal.OUTSIDE)
    if facts.st_size > LARGEST_BYTES:
        raise RefusedError(Refusal.TOO_LARGE)
    taken = datetime.fromtimestamp(facts.st_mtime, UTC).date()
    return Source(path, (facts.st_mtime_ns, facts.st_size), taken)


def _open(content: bytes, expected: str) -> "Image.Image":
    """The picture on white, rotated upright; the file's extension must match its format."""
    try:
        with Image.open(BytesIO(content), formats=[expected]) as image:
            if max(image.size) > LARGEST_SIDE:
                raise RefusedError(Refusal.TOO_LARGE)
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise RefusedError(Refusal.TOO_LARGE) from None
    except UNREADABLE:
        raise RefusedError(Refusal.NOT_A_PICTURE) from None
    sheet = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(sheet, upright).convert("RGB")


def _write(image: "Image.Image", target: Path, stem: str, width: int) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for scale in SCALES:
        wide = min(image.width, width * scale)
        size = (wide, max(1, round(image.height * wide / image.width)))
        copied = image.resize(size, Image.Resampling.LANCZOS)
        for ending, encode in (("png", photo_png), ("webp", photo_webp)):
            _put(target / file_name(stem, scale, ending), encode(copied))


def _put(path: Path, content: bytes) -> None:
    """Write atomically, since other processes may write the same copy."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
