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


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum
