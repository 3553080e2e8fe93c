"""Valid pictures from sample files; each copy contains its title, so that no two are equal."""

import struct
import zlib
from functools import cache
from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"


@cache
def _sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def jpeg(title: str) -> bytes:
    """A photographed receipt as JPEG, with the title as a comment."""
    comment = title.encode()
    sample = _sample("kvitto.jpg")
    return sample[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + sample[2:]


def png(title: str) -> bytes:
    """A screenshot as PNG, with the title in a text chunk after the header."""
    text = b"tEXt" + b"Title\0" + title.encode("latin-1", "replace")
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    sample = _sample("skarmbild.png")
    return sample[:33] + chunk + sample[33:]


def tiff(title: str) -> bytes:
    """Two scanned pages as TIFF, with the title after the end, where decoders do not read."""
    return _sample("inlast.tiff") + title.encode()
