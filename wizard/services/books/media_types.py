"""The media type of a document, determined from its content only, and its safe file name."""

import re
from enum import StrEnum
from itertools import chain
from pathlib import PurePath

from wizard.services.books.pixels import COUNTERS

MOST_PIXELS = 100_000_000
LONGEST_NAME = 120
# Readers accept a PDF whose header begins this late (PDF Reference 1.7, appendix H, note 13).
PDF_WITHIN = 1024
NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]')


class Kind(StrEnum):
    """The kinds of files we recognise; the value is the media type for Content-Type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    GIF = "image/gif"
    WEBP = "image/webp"
    TIFF = "image/tiff"
    HEIC = "image/heic"
    AVIF = "image/avif"
    BMP = "image/bmp"
    JPEG_2000 = "image/jp2"
    JPEG_2000_BARE = "image/j2c"
    JPEG_XL = "image/jxl"
    ZIP = "application/zip"
    OLD_OFFICE = "application/x-ole-storage"
    RTF = "application/rtf"
    OTHER = "application/octet-stream"

    @property
    def is_shown(self) -> bool:
        """True if browsers display it and it has no active content."""
        return self in SHOWN

    @property
    def is_picture(self) -> bool:
        """True if browsers display it in an img element."""
        return self.is_shown and self is not Kind.PDF


SHOWN = {Kind.PDF, Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP}
# The endings of each kind; a false ending is replaced by the first.
ENDINGS = {
    Kind.PDF: (".pdf",),
    Kind.JPEG: (".jpg", ".jpeg", ".jfif"),
    Kind.PNG: (".png",),
    Kind.GIF: (".gif",),
    Kind.WEBP: (".webp",),
    Kind.TIFF: (".tiff", ".tif"),
    Kind.HEIC: (".heic", ".heif"),
    Kind.AVIF: (".avif",),
    Kind.BMP: (".bmp", ".dib"),
    Kind.JPEG_2000: (".jp2", ".jpx", ".jpf"),
    Kind.JPEG_2000_BARE: (".j2k", ".j2c", ".jpc"),
    Kind.JPEG_XL: (".jxl",),
    Kind.ZIP: (".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods"),
    Kind.OLD_OFFICE: (".bin", ".doc", ".xls", ".ppt", ".msg"),
    Kind.RTF: (".rtf", ".doc"),
}
# File extensions that files of unknown kind may keep: none is a web page or a program.
HARMLESS = {".csv", ".eml", ".txt", *chain.from_iterable(ENDINGS.values())}
BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0", Kind.TIFF),  # BigTIFF
    (b"MM\0+", Kind.TIFF),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Kind.JPEG_2000),
    (b"\xff\x4f\xff\x51", Kind.JPEG_2000_BARE),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Kind.JPEG_XL),
    (b"\xff\x0a", Kind.JPEG_XL),  # bare
    (b"PK\x03\x04", Kind.ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OLD_OFFICE),
    (b"{\\rtf", Kind.RTF),
)
# Brands of pictures in a container of ISO 14496-12: what its first box, `ftyp`, says that it is.
AVIF_BRANDS = {b"avif", b"avis"}
HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
# The rest of a bitmap's first bytes: two reserved numbers, and the size of the header that follows.
BITMAP = re.compile(rb"BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0{3}", re.DOTALL)


def judge(beginning: bytes) -> Kind:
    """The kind of a file, by its first bytes; OTHER also for a picture with more than MOST_PIXELS.

    What begins with markup is no PDF, though readers find one in it, since it could also be a web page.
    """
    kind = _by_beginning(beginning)
    return Kind.OTHER if (pixels(kind, beginning) or 0) > MOST_PIXELS else kind


def pixels(kind: Kind, beginning: bytes) -> int | None:
    """The number of pixels of a picture that is shown; None if the first bytes do not say."""
    counted = COUNTERS.get(kind)
    return counted(beginning) if counted else 0


def file_name(name: str, kind: Kind) -> str:
    """A safe file name: no folders, no bidirectional control characters, and the right extension."""
    clean = NOT_IN_NAMES.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, ending = PurePath(clean or "dokument").stem, PurePath(clean).suffix.lower()
    true = ENDINGS.get(kind)
    if true is None:
        true = (ending if ending in HARMLESS or not ending else f"{ending}.bin",)
    elif ending and ending not in HARMLESS:
        stem = clean
    return f"{stem[:LONGEST_NAME]}{ending if ending in true else true[0]}"


def _by_beginning(beginning: bytes) -> Kind:
    for mark, kind in BEGINNINGS:
        if beginning.startswith(mark):
            return kind
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP":
        return Kind.WEBP
    brands = _brands(beginning)
    if brands & AVIF_BRANDS:
        return Kind.AVIF
    if brands & HEIF_BRANDS:
        return Kind.HEIC
    if BITMAP.match(beginning):
        return Kind.BMP
    is_markup = beginning.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\0").startswith(b"<")
    return (
        Kind.PDF
        if beginning.find(b"%PDF-", 0, PDF_WITHIN + 4) >= 0 and not is_markup
        else Kind.OTHER
    )


def _brands(beginning: bytes) -> set[bytes]:
    if beginning[4:8] != b"ftyp":
        return set()
    box = beginning[8 : min(int.from_bytes(beginning[:4]), 256)]
    return {box[at : at + 4] for at in range(0, len(box), 4)}
