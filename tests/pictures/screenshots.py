"""Valid and hostile files for the folder of real screenshots."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image


def screenshot(width: int = 1300, height: int = 900, kind: str = "PNG", **options: object) -> bytes:
    """A picture that is not blank."""
    image = Image.new("RGB", (width, height), "#f4f4f4")
    image.paste("#1c62c4", (10, 10, min(width, 400), min(height, 60)))
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A small PNG whose header announces a huge picture."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b""))
    )


def put(instance: Path, name: str, content: bytes) -> Path:
    """Put a file in the folder of real screenshots: put(instance, "visma/login.png", …)."""
    path = instance / "pictures" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
