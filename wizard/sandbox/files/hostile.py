"""Files that are not what they say, for a reader that must not be fooled."""

import struct
import zlib

from wizard.sandbox.files.body import Body


def html(title: str) -> bytes:
    """A web page with script, to be called a pdf."""
    return f"<!doctype html><title>{title}</title><script>alert(document.domain)</script>".encode()


def svg(title: str) -> bytes:
    """A drawing with script."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60">'
        f"<script>alert(document.domain)</script><text y='30'>{title}</text></svg>"
    ).encode()


def polyglot(body: Body) -> Body:
    """A pdf that is also a web page."""
    return Body(b"<script>alert(1)</script>\n" + body.head, body.filling, body.tail)


def huge_png(title: str) -> bytes:
    """A few kilobytes that become 30 000 by 30 000 points when they are unpacked."""
    side = 30_000
    row = b"\0" + bytes(side // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    text = b"Title\0" + title.encode("latin-1", "replace")
    chunks = ((b"IHDR", header), (b"tEXt", text), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, content) for name, content in chunks)


def huge_tiff(title: str) -> bytes:
    """The same as a tiff, in one packed strip."""
    side = 30_000
    packer = zlib.compressobj(9)
    strip = b"".join(packer.compress(bytes(side // 8)) for _ in range(side)) + packer.flush()
    start = 8 + len(strip)
    pages = _tiff_page(side, side, 8, len(strip), 0)
    return struct.pack("<2sHI", b"II", 42, start) + strip + pages + title.encode()


def looping_tiff(title: str) -> bytes:
    """A page whose next page is itself, without end."""
    return struct.pack("<2sHI", b"II", 42, 9) + b"\0" + _tiff_page(8, 1, 1, 1, 9) + title.encode()


def _tiff_page(width: int, height: int, packing: int, length: int, following: int) -> bytes:
    """The directory of a black and white page whose strip begins at byte 8."""
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
