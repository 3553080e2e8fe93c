"""TIFF files made tag by tag, since no library writes all that scanners have written."""

import io
import struct
from dataclasses import dataclass, field

from PIL import Image

WIDTH, LENGTH, BITS, COMPRESSION, INK, STRIPS, ORIENTATION = 256, 257, 258, 259, 262, 273, 274
SAMPLES, ROWS, SIZES, ACROSS, DOWN, FAX, UNIT = 277, 278, 279, 282, 283, 292, 296
SUBFILE, OLD_SUBFILE, JPEG_STREAM, JPEG_SIZE, SUBSAMPLING = 254, 255, 513, 514, 530
NONE, GROUP_3, GROUP_4, LZW, OLD_JPEG, JPEG, DEFLATE, PACKBITS = 1, 3, 4, 5, 6, 7, 8, 32773

Value = int | list[int] | tuple[int, int]  # a number, several, or a fraction


@dataclass(frozen=True)
class Page:
    """A page: its tags, and its content in one strip. ``here`` are tags that refer to that strip."""

    strip: bytes
    tags: dict[int, Value] = field(default_factory=dict)
    here: tuple[int, ...] = (STRIPS,)


def tiff(*pages: Page, order: str = "<") -> bytes:
    """The file with these pages; ``order`` is that of bytes, as for struct."""
    content = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    link = 4
    for page in pages:
        strip = len(content)
        content += page.strip + bytes(len(page.strip) % 2)
        tags = {SIZES: len(page.strip)} | page.tags | dict.fromkeys(page.here, strip)
        start = len(content)
        content[link : link + 4] = struct.pack(f"{order}I", start)
        directory, more = struct.pack(f"{order}H", len(tags)), b""
        for tag, value in sorted(tags.items()):
            kind, count, packed = _packed(value, order)
            if len(packed) > 4:
                place = start + 2 + 12 * len(tags) + 4 + len(more)
                more += packed
                packed = struct.pack(f"{order}I", place)
            directory += struct.pack(f"{order}HHI", tag, kind, count) + packed.ljust(4, b"\0")
        link = start + len(directory)
        content += directory + bytes(4) + more
    return bytes(content)


def jpeg(picture: Image.Image) -> bytes:
    """The picture as a JPEG file."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()


def fax(picture: Image.Image, compression: str) -> bytes:
    """A black and white picture in the code of fax machines, which Pillow writes."""
    out = io.BytesIO()
    picture.save(out, "TIFF", compression=compression, strip_size=1 << 20)
    with Image.open(out) as made:
        (begins,), (size,) = made.tag_v2[STRIPS], made.tag_v2[SIZES]  # type: ignore[attr-defined]
    return out.getvalue()[begins : begins + size]


def _packed(value: Value, order: str) -> tuple[int, int, bytes]:
    """Type, number and bytes of a tag's values."""
    if isinstance(value, tuple):
        return 5, 1, struct.pack(f"{order}II", *value)
    values = value if isinstance(value, list) else [value]
    if max(values) < 1 << 16:
        return 3, len(values), struct.pack(f"{order}{len(values)}H", *values)
    return 4, len(values), struct.pack(f"{order}{len(values)}I", *values)
