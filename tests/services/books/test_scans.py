"""Scans of every sort become pictures that look as the paper did."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from PIL import Image

from tests.support import tiffs
from tests.support.tiffs import Page
from wizard.providers.base import Document
from wizard.services.books.media_types import Kind, judge
from wizard.services.books.scans import BrokenScanError, Scan, UnknownScanError, unpack

SIZE = (200, 300)
NAMELESS = Document("", "")


@dataclass
class Given:
    """A file that has come whole."""

    content: bytes
    document: Document = NAMELESS
    start: int = 0
    ranges: bool = False
    closed: bool = False

    @property
    def beginning(self) -> bytes:
        return self.content[:4096]

    @property
    def length(self) -> int:
        return len(self.content)

    @property
    def total(self) -> int:
        return len(self.content)

    def look(self, most: int, *, timeout: float) -> bytes:
        assert timeout > 0
        return self.content[:most]

    def pieces(self) -> Iterator[bytes]:
        yield self.content

    def close(self) -> None:
        self.closed = True


def tiff(picture: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, "TIFF", **options)
    return out.getvalue()


def darkening(mode: str, size: tuple[int, int] = SIZE) -> Image.Image:
    """White at the bottom, black at the top."""
    light = Image.linear_gradient("L").resize(size)
    if mode in {"I", "I;16"}:
        return light.convert("I").point(lambda value: value * 257).convert(mode)
    return light.convert(mode)


def shown(content: bytes) -> list[Image.Image]:
    file = Given(content)
    scan: Scan = unpack(file)
    assert file.closed
    return [Image.open(io.BytesIO(page)) for page in scan.pages]


def tones(picture: Image.Image) -> list[int]:
    grey, (width, height) = picture.convert("L"), picture.size
    return [int(str(grey.getpixel((width // 2, y)))) for y in (2, height // 2, height - 3)]


@pytest.mark.parametrize(
    "mode", ["L", "P", "RGB", "CMYK", "YCbCr", "LAB", "RGBA", "I;16", "I", "F"]
)
def test_a_scan_of_any_depth_is_as_light_and_dark_as_it_was(mode: str) -> None:
    (page,) = shown(tiff(darkening(mode)))
    assert page.size == SIZE
    top, middle, bottom = tones(page)
    assert top < 20
    assert 100 < middle < 156
    assert bottom > 235


def test_a_scan_in_ink_stays_sharp() -> None:
    (page,) = shown(tiff(darkening("1"), compression="group4"))
    assert (page.format, page.mode) == ("PNG", "1")


def test_what_is_seen_through_is_paper() -> None:
    for mode in ("RGBA", "LA"):
        (page,) = shown(tiff(Image.new(mode, SIZE)))
        assert tones(page) == [255, 255, 255]


def test_a_fax_has_the_proportions_of_its_paper() -> None:
    (page,) = shown(tiff(darkening("1", (204, 98)), dpi=(204, 98)))
    assert page.size == (204, 204)
    (page,) = shown(tiff(darkening("1", (204, 196)), dpi=(204, 196)))
    assert page.size == (204, 196)
    (page,) = shown(tiff(darkening("L"), dpi=(300, 0)))
    assert page.size == SIZE


def test_a_scan_that_lies_on_its_side_is_turned() -> None:
    (page,) = shown(tiff(darkening("L"), tiffinfo={274: 6}))
    assert page.size == SIZE[::-1]


def test_a_large_page_is_made_small_enough() -> None:
    (page,) = shown(tiff(darkening("CMYK", (4960, 1000)), compression="tiff_lzw"))
    assert page.size == (2000, 403)


def test_pages_of_different_sorts_are_all_shown() -> None:
    pages = [darkening(mode) for mode in ("1", "RGB", "L")]
    found = shown(tiff(pages[0], save_all=True, append_images=pages[1:]))
    assert [page.mode for page in found] == ["1", "RGB", "L"]


def test_the_large_sort_of_tiff_is_one_too() -> None:
    large = tiff(darkening("L"), big_tiff=True)
    assert judge(large[:4096]) is Kind.TIFF
    assert len(shown(large)) == 1


@pytest.mark.parametrize("kept", [8, 500, -500])
def test_a_scan_that_is_cut_off_is_told(kept: int) -> None:
    with pytest.raises(BrokenScanError):
        shown(tiff(darkening("RGB"))[:kept])


# JBIG, thermal faxes of Apple, twelve bits in three colours, ten bits of grey, grey JPEG of twelve bits.
RARE: list[dict[int, tiffs.Value]] = [
    {tiffs.COMPRESSION: 34661},
    {tiffs.COMPRESSION: 32809, tiffs.BITS: 4},
    {tiffs.BITS: [12, 12, 12], tiffs.SAMPLES: 3, tiffs.INK: 2},
    {tiffs.BITS: 10},
    {tiffs.COMPRESSION: tiffs.JPEG, tiffs.BITS: 12},
    {tiffs.COMPRESSION: tiffs.OLD_JPEG},
    {tiffs.COMPRESSION: 64_000},
]


@pytest.mark.parametrize("rare", RARE)
def test_a_rare_format_is_not_said_to_be_broken(rare: dict[int, tiffs.Value]) -> None:
    usual: dict[int, tiffs.Value] = {
        tiffs.WIDTH: 48,
        tiffs.LENGTH: 32,
        tiffs.BITS: 8,
        tiffs.INK: 1,
        tiffs.SAMPLES: 1,
        tiffs.ROWS: 32,
    }
    page = Page(bytes(48 * 32 * 4), usual | rare)
    with pytest.raises(UnknownScanError):
        shown(tiffs.tiff(page))
    with pytest.raises(BrokenScanError):  # its content is not all there
        shown(tiffs.tiff(Page(page.strip, page.tags | {tiffs.SIZES: 10_000})))
