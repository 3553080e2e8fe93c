"""The process in which a scanned file is unpacked: reads a tiff, writes its pages as pictures.

Run as a file by `scans.py`, and alone: what a hostile file does to a decoder ends with this process,
which may use so much memory and time. Each page is written as four bytes of length and a png or jpeg;
a length of nothing says that there are no more pages.
"""

import io
import resource
import sys

from PIL import Image, UnidentifiedImageError

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 20
MOST_PIXELS = 50_000_000  # A4 at 600 points an inch has 35 million
MOST_PAGES = 20
LARGEST = (2000, 3000)  # enough to read by, and to print
QUALITY = 80


def main() -> int:
    """Convert standard input to standard output; 1 when it ends before its last page."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    Image.MAX_IMAGE_PIXELS = None  # judged here, before anything is unpacked
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
    """The page as browsers show it: ink as it is when that is small enough, else toned."""
    out = io.BytesIO()
    fits = scan.width <= LARGEST[0] and scan.height <= LARGEST[1]
    if scan.mode == "1" and fits:
        scan.save(out, "PNG", optimize=True)
        return out.getvalue()
    page = scan.convert("L" if scan.mode in {"1", "L", "I;16", "I"} else "RGB")
    page.thumbnail(LARGEST)
    page.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _write(page: bytes) -> None:
    sys.stdout.buffer.write(len(page).to_bytes(4) + page)


if __name__ == "__main__":
    sys.exit(main())
