"""Program that decodes a scanned file: reads a TIFF, writes its pages as PNG or JPEG.

Run by `scans.py` as a separate process with limits of memory and time, so that a hostile file harms
nothing else. Each page is written as four bytes of length and the picture; the length 0 ends the pages.
"""

import io
import resource
import sys
from typing import cast

from PIL import Image, UnidentifiedImageError

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 20
MOST_PIXELS = 50_000_000  # A4 at 600 dpi has 35 million
MOST_PAGES = 20
LARGEST = (2000, 3000)  # enough to read and print
QUALITY = 80
DEEP = {
    "I;16",
    "I;16L",
    "I;16B",
    "I;16N",
    "I",
    "F",
}  # more than eight bits per pixel, which conversion would cut off to white
WHITES = (1, 255, 65535)
# The largest aspect ratio of a pixel; a smaller distortion is invisible.
SQUEEZED = (0.2, 0.9)


def main() -> int:
    """Convert standard input to standard output; returns 1 if the input ends before its last page."""
    if sys.platform != "darwin":  # macOS refuses this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    Image.MAX_IMAGE_PIXELS = None  # we check the size ourselves before decoding
    try:
        with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["TIFF"]) as scan:
            for number in range(MOST_PAGES):
                try:
                    scan.seek(number)
                except EOFError:
                    _write(b"")
                    return 0
                if scan.width * scan.height > MOST_PIXELS:
                    return 1
                _write(_page(scan))
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        MemoryError,
        KeyError,
        TypeError,
    ):
        return 1
    return 1


def _page(scan: Image.Image) -> bytes:
    """The page as PNG or JPEG: black and white if small enough, else in greyscale or colour."""
    out = io.BytesIO()
    size = _size(scan)
    if scan.mode == "1" and scan.size == size:
        scan.save(out, "PNG", optimize=True)
        return out.getvalue()
    page = _toned(scan)
    page = page.resize(size, reducing_gap=2.0) if page.size != size else page
    page.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _size(scan: Image.Image) -> tuple[int, int]:
    """The size in square pixels, within LARGEST; a fax has a lower vertical than horizontal resolution."""
    across, down = map(float, scan.info.get("dpi", (1, 1)))
    square = down / across if across > 0 and down > 0 else 1.0
    width, height = float(scan.width), float(scan.height)
    if SQUEEZED[0] < min(square, 1 / square) < SQUEEZED[1]:
        width, height = width * max(1.0, square), height / min(1.0, square)
    shrunk = min(1.0, LARGEST[0] / width, LARGEST[1] / height)
    return max(1, round(width * shrunk)), max(1, round(height * shrunk))


def _toned(scan: Image.Image) -> Image.Image:
    """The page in eight bits per channel, on a white background."""
    if scan.mode in DEEP:
        deep = scan.convert("F")
        highest = cast("tuple[float, float]", deep.getextrema())[1]
        white = next((one for one in WHITES if highest <= one), highest)
        return deep.point(lambda value: value * (255 / white) + 0).convert("L")
    if "A" in scan.getbands():
        paper = Image.new("RGBA", scan.size, "white")
        return Image.alpha_composite(paper, scan.convert("RGBA")).convert("RGB")
    return scan.convert("L" if scan.mode in {"1", "L"} else "RGB")


def _write(page: bytes) -> None:
    sys.stdout.buffer.write(len(page).to_bytes(4) + page)


if __name__ == "__main__":
    sys.exit(main())
