"""Hostile files, whose content does not match their type or attacks a decoder."""

import struct
import zlib

from wizard.sandbox.files.body import Body


def html(title: str) -> bytes:
    """A web page with a script, to be declared as a PDF."""
    return f"<!doctype html><title>{title}</title><script>alert(document.domain)</script>".encode()


def svg(title: str) -> bytes:
    """An SVG image with a script."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60">'
        f"<script>alert(document.domain)</script><text y='30'>{title}</text></svg>"
    ).encode()


def polyglot(body: Body) -> Body:
    """A PDF that is also a web page."""
    return Body(b"<script>alert(1)</script>\n" + body.head, body.filling, body.tail)


def printed(body: Body) -> Body:
    """A PDF behind the head of a print job, as some machines save it."""
    return Body(b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n" + body.head, body.filling, body.tail)


def heic(title: str) -> bytes:
    """The beginning of a telephone's picture."""
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"heic", 0, b"mif1", b"heic") + title.encode()


def huge_jpeg(title: str) -> bytes:
    """The beginning of a JPEG of 30,000 by 30,000 pixels, which says so behind a large profile."""
    profile = b"".join(b"\xff\xe2" + struct.pack(">H", 60_000) + bytes(59_998) for _ in range(3))
    frame = struct.pack(">HHBHHB", 0xFFC0, 11, 8, 30_000, 30_000, 1) + b"\1\x11\0"
    return b"\xff\xd8" + profile + frame + title.encode()


def rare_tiff(title: str) -> bytes:
    """A TIFF in JBIG, a code of faxes that hardly any program reads."""
    page = _tiff_page(8, 1, 34661, 1, 0)
    return struct.pack("<2sHI", b"II", 42, 9) + b"\0" + page + title.encode()


def huge_png(title: str) -> bytes:
    """A PNG of a few kilobytes that decodes to 30,000 by 30,000 pixels."""
    side = 30_000
    row = b"\0" + bytes(side // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    text = b"Title\0" + title.encode("latin-1", "replace")
    chunks = ((b"IHDR", header), (b"tEXt", text), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def huge_tiff(title: str) -> bytes:
    """The same as a TIFF, in one compressed strip."""
    side = 30_000
    packer = zlib.compressobj(9)
    strip = b"".join(packer.compress(bytes(side // 8)) for _ in range(side)) + packer.flush()
    start = 8 + len(strip)
    pages = _tiff_page(side, side, 8, len(strip), 0)
    return struct.pack("<2sHI", b"II", 42, start) + strip + pages + title.encode()


def looping_tiff(title: str) -> bytes:
    """A TIFF whose page refers to itself as the next page."""
    return struct.pack("<2sHI", b"II", 42, 9) + b"\0" + _tiff_page(8, 1, 1, 1, 9) + title.encode()


def _tiff_page(width: int, height: int, packing: int, length: int, following: int) -> bytes:
    """The TIFF directory of a black and white page whose strip begins at byte 8."""
    fields = (
        (256, width),
        (257, height),
        (258, 1),
        (259, packing),
        (262, 0),
        (273, 8),
        (277, 1),
        (278, height),
        (279, length),
    )
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in fields)
    return struct.pack("<H", len(fields)) + entries + struct.pack("<I", following)


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum
