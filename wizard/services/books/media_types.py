"""The media type of a document, determined from its content only, and its safe file name."""

import re
from enum import StrEnum
from pathlib import PurePath

MOST_PIXELS = 100_000_000
LONGEST_NAME = 120
NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]')
# File extensions that files of unknown kind may keep: none is a web page or a program.
HARMLESS = {
    ".csv", ".doc", ".docx", ".eml", ".gif", ".heic", ".jpeg", ".jpg", ".ods", ".odt", ".pdf", ".png",
    ".ppt", ".pptx", ".rtf", ".tif", ".tiff", ".txt", ".webp", ".xls", ".xlsx", ".zip",
}  # fmt: skip


class Kind(StrEnum):
    """The kinds of files we recognise; the value is the media type for Content-Type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    WEBP = "image/webp"
    TIFF = "image/tiff"
    OTHER = "application/octet-stream"

    @property
    def is_shown(self) -> bool:
        """True if browsers display it and it has no active content."""
        return self not in {Kind.TIFF, Kind.OTHER}

    @property
    def is_picture(self) -> bool:
        """True if browsers display it in an img element."""
        return self.is_shown and self is not Kind.PDF


ENDINGS = {
    Kind.PDF: (".pdf",),
    Kind.JPEG: (".jpg", ".jpeg"),
    Kind.PNG: (".png",),
    Kind.GIF: (".gif",),
    Kind.WEBP: (".webp",),
    Kind.TIFF: (".tiff", ".tif"),
}
BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0", Kind.TIFF),  # BigTIFF
    (b"MM\0+", Kind.TIFF),
)


def judge(beginning: bytes) -> Kind:
    """The kind of a file, by its first bytes; OTHER also for a picture too large to decode.

    A PDF must start as one, after white space at most; otherwise the file could also be a web page.
    """
    if beginning.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0").startswith(b"%PDF-"):
        return Kind.PDF
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP":
        return Kind.WEBP
    for mark, kind in BEGINNINGS:
        if beginning.startswith(mark):
            return Kind.OTHER if _pixels(kind, beginning) > MOST_PIXELS else kind
    return Kind.OTHER


def file_name(name: str, kind: Kind) -> str:
    """A safe file name: no folders, no bidirectional control characters, and the right extension."""
    clean = NOT_IN_NAMES.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, ending = PurePath(clean or "dokument").stem, PurePath(clean).suffix.lower()
    true = ENDINGS.get(kind)
    if true is None:
        true = (ending if ending in HARMLESS or not ending else f"{ending}.bin",)
    elif ending not in ("", *(one for endings in ENDINGS.values() for one in endings)):
        stem = clean
    return f"{stem[:LONGEST_NAME]}{ending if ending in true else true[0]}"


def _pixels(kind: Kind, beginning: bytes) -> int:
    """The number of pixels in a picture's header; 0 if the first bytes do not hold it."""
    if kind is Kind.PNG:
        return int.from_bytes(beginning[16:20]) * int.from_bytes(beginning[20:24])
    if kind is Kind.GIF:
        return int.from_bytes(beginning[6:8], "little") * int.from_bytes(beginning[8:10], "little")
    return 0
