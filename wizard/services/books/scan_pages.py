"""Program that decodes a scanned file: reads a TIFF, writes its pages as PNG or JPEG.

Run by `scans.py` as a separate process with limits of memory and time, so that a hostile file harms
nothing else. Each page is written as four bytes of length and the picture; the length 0 ends the pages,
and the length UNKNOWN says that the next page is whole, but of a format that we cannot decode.
"""

import io
import resource
import sys
from collections.abc import Iterator
from itertools import chain
from typing import cast

from PIL import Image, ImageOps
from PIL.TiffImagePlugin import OPEN_INFO, ImageFileDirectory_v2, TiffImageFile

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 20
MOST_PIXELS = 50_000_000  # A4 at 600 dpi has 35 million
MOST_PAGES = 20
LARGEST = (2000, 3000)  # enough to read and print
QUALITY = 80
UNKNOWN = 0xFFFFFFFF
# Tags of TIFF 6.0 (Adobe, 1992).
SUBFILE, OLD_SUBFILE, BITS, COMPRESSION, INK = 254, 255, 258, 259, 262
ORIENTATION, SAMPLES, ACROSS, DOWN = 274, 277, 282, 283
STRIPS, TILES, JPEG = (
    (273, 279),
    (324, 325),
    (513, 514),
)  # where parts of the page begin, and their sizes
REDUCED, MASK, OLD_REDUCED = 1, 4, 2
SIDEWAYS = {5, 6, 7, 8}  # orientations that exchange width and height
OLD_JPEG, NEW_JPEG = 6, 7
DECODED = {1, 2, 3, 4, 5, NEW_JPEG, 8, 32773, 32946}  # the compressions of faxes and scanners
WHITE_IS_ZERO = 0
# Modes with more than eight bits per pixel, which conversion would cut off to white.
WHOLE_NUMBERS = {"I;16", "I;16L", "I;16B", "I;16N"}
DEEP = {*WHOLE_NUMBERS, "I", "F"}
WHITES = (1, 255, 65535)
# The largest aspect ratio of a pixel; a smaller distortion is invisible.
SQUEEZED = (0.2, 0.9)
FAILURES = (OSError, ValueError, SyntaxError, MemoryError, KeyError, TypeError)

# Pillow reads these too, but lists fewer kinds of file as using them: grey of twelve bits is packed alike
# in every file.
for ink in (0, 1):
    OPEN_INFO.setdefault((b"II", ink, (1,), 1, (12,), ()), ("I;16", "I;12"))
    OPEN_INFO.setdefault((b"MM", ink, (1,), 1, (12,), ()), ("I;16", "I;12"))
    OPEN_INFO.setdefault((b"MM", ink, (1,), 1, (16,), ()), ("I;16B", "I;16B"))


class UnknownFormatError(Exception):
    """The page is whole, but in a format that we cannot decode."""


class TooLargeError(Exception):
    """The page has more pixels than we decode."""


class Page:
    """A page of the file ``content``, whose directory of tags stands at ``offset``."""

    def __init__(self, content: bytes, offset: int) -> None:
        self._content, self._offset = content, offset
        self._head = _head(content)
        stream = io.BytesIO(content)
        stream.seek(offset)
        self._tags = ImageFileDirectory_v2(self._head)
        self._tags.load(stream)
        self.following = int(self._tags.next)

    @property
    def is_shown(self) -> bool:
        """False for a smaller copy of a page, and for a mask that is laid over one."""
        of_old = self._number(OLD_SUBFILE, 0) == OLD_REDUCED
        return not (of_old or self._number(SUBFILE, 0) & (REDUCED | MASK))

    def picture(self) -> bytes:
        """The page as PNG or JPEG; raises TooLargeError, UnknownFormatError, or one of FAILURES if broken."""
        scan: Image.Image | None = None
        try:
            scan = self._opened()
            return self._drawn(scan)
        except FAILURES:
            if (scan is not None and self._is_decoded()) or not self._is_whole():
                raise
            raise UnknownFormatError from None

    def _opened(self) -> Image.Image:
        """The page as the only one of a file, so that no other page can be in its way."""
        place = len(self._head) // 2
        moved = self._offset.to_bytes(place, "little" if self._head[:1] == b"I" else "big")
        scan = TiffImageFile(io.BytesIO(self._head[:-place] + moved + self._content[2 * place :]))
        ink = self._number(INK, 1)
        if self._number(COMPRESSION, 1) == OLD_JPEG and ink < 2 and self._number(SAMPLES, 1) == 1:
            # Pillow takes every old JPEG for colour, and libtiff hands over what it is: grey.
            tile = scan.tile[0]
            grey = "L;I" if ink == WHITE_IS_ZERO else "L"
            scan.tile = [tile._replace(args=(grey, *cast("tuple[object, ...]", tile.args)[1:]))]
            scan._mode = "L"  # noqa: SLF001 -- no other way in
        if scan.width * scan.height > MOST_PIXELS:
            raise TooLargeError
        return scan

    def _drawn(self, scan: Image.Image) -> bytes:
        """Black and white if small enough, else in greyscale or colour."""
        out = io.BytesIO()
        size = self._size(scan)
        if scan.mode == "1" and scan.size == size:
            scan.save(out, "PNG", optimize=True)
            return out.getvalue()
        page = self._toned(scan)
        page = page.resize(size, reducing_gap=2.0) if page.size != size else page
        page.save(out, "JPEG", quality=QUALITY)
        return out.getvalue()

    def _size(self, scan: Image.Image) -> tuple[int, int]:
        """The size in square pixels, within LARGEST; a fax has a lower resolution down than across."""
        across, down = self._fraction(ACROSS), self._fraction(DOWN)
        if (
            self._number(ORIENTATION, 1) in SIDEWAYS
        ):  # Pillow has turned the page, not its resolutions
            across, down = down, across
        square = down / across if across > 0 and down > 0 else 1.0
        width, height = float(scan.width), float(scan.height)
        if SQUEEZED[0] < min(square, 1 / square) < SQUEEZED[1]:
            width, height = width * max(1.0, square), height / min(1.0, square)
        shrunk = min(1.0, LARGEST[0] / width, LARGEST[1] / height)
        return max(1, round(width * shrunk)), max(1, round(height * shrunk))

    def _toned(self, scan: Image.Image) -> Image.Image:
        """The page in eight bits per channel, on a white background."""
        if scan.mode in DEEP:
            whole = scan.mode in WHOLE_NUMBERS
            deep = scan.convert("F")
            highest = cast("tuple[float, float]", deep.getextrema())[1]
            white = next((one for one in WHITES if highest <= one), highest)
            white = 2 ** self._number(BITS, 16) - 1 if whole else white
            grey = deep.point(lambda value: value * (255 / white) + 0).convert("L")
            return ImageOps.invert(grey) if self._number(INK, 1) == WHITE_IS_ZERO else grey
        if "A" in scan.getbands():
            paper = Image.new("RGBA", scan.size, "white")
            return Image.alpha_composite(paper, scan.convert("RGBA")).convert("RGB")
        return scan.convert("L" if scan.mode in {"1", "L"} else "RGB")

    def _is_decoded(self) -> bool:
        """True if a failure to decode the page is a fault of the file, and not of its format."""
        compression = self._number(COMPRESSION, 1)
        deep = compression == NEW_JPEG and self._number(BITS, 8) != 8
        return compression in DECODED and not deep

    def _is_whole(self) -> bool:
        """True if the file holds all that the directory refers to."""
        parts = [self._part(*tags) for tags in (STRIPS, TILES, JPEG)]
        ends = [begin + size for begin, size in chain(*parts)]
        return bool(ends) and max(ends) <= len(self._content)

    def _part(self, begins: int, sizes: int) -> list[tuple[int, int]]:
        return list(zip(self._numbers(begins), self._numbers(sizes), strict=False))

    def _numbers(self, tag: int) -> list[int]:
        value = self._tags.get(tag, ())
        values = value if isinstance(value, tuple) else (value,)
        return [one for one in values if isinstance(one, int)]

    def _number(self, tag: int, default: int) -> int:
        return next(iter(self._numbers(tag)), default)

    def _fraction(self, tag: int) -> float:
        try:
            return float(self._tags.get(tag, 0))
        except (TypeError, ValueError, ArithmeticError):
            return 0.0


def main() -> int:
    """Convert standard input to standard output; returns 1 if the input ends before its last page."""
    if sys.platform != "darwin":  # macOS refuses this limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    Image.MAX_IMAGE_PIXELS = None  # we check the size ourselves before decoding
    try:
        for number, page in enumerate(pages_of(sys.stdin.buffer.read())):
            if number == MOST_PAGES:
                return 1
            picture = page.picture()
            sys.stdout.buffer.write(len(picture).to_bytes(4) + picture)
    except UnknownFormatError:
        sys.stdout.buffer.write(UNKNOWN.to_bytes(4))
        return 1
    except (TooLargeError, *FAILURES):
        return 1
    sys.stdout.buffer.write(bytes(4))
    return 0


def pages_of(content: bytes) -> Iterator[Page]:
    """The pages to show; what is marked as none is shown if there is nothing else."""
    others: list[Page] = []
    any_shown = False
    for page in _pages(content):
        if page.is_shown:
            any_shown = True
            yield page
        else:
            others.append(page)
    if not any_shown:
        yield from others


def _pages(content: bytes) -> Iterator[Page]:
    """All pages, in order; raises one of FAILURES where their chain is broken."""
    offset = ImageFileDirectory_v2(_head(content)).next
    seen: set[int] = set()
    while offset and offset not in seen:
        seen.add(offset)
        page = Page(content, offset)
        yield page
        offset = page.following


def _head(content: bytes) -> bytes:
    """The header: eight bytes, or sixteen of the large kind of TIFF."""
    if content.startswith(b"MM\0+"):
        raise UnknownFormatError  # large, with the highest byte first: Pillow reads only the other order
    return content[: 16 if content.startswith(b"II+\0") else 8]


if __name__ == "__main__":
    sys.exit(main())
