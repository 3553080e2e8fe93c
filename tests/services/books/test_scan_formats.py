"""Scans of every sort are shown as an independent reader reads them.

Format, ink, byte order, orientation, resolution and subfiles are combined. What a page must look like is
worked out from the samples that tifffile reads and what TIFF 6.0 says of its tags.
"""

import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice, product

import imagecodecs
import numpy as np
import numpy.typing as npt
import tifffile
from PIL import Image
from tifffile import TiffFile, TiffPage

from tests.support import tiffs
from tests.support.tiffs import Page, tiff
from wizard.services.books import scan_pages

Samples = npt.NDArray[np.uint16]
Light = npt.NDArray[np.float64]

SIZE = WIDTH, HEIGHT = 48, 32
BLOCKS = 4
NEAR = 0.1  # of the way from black to white, as the mean of a block
ORIENTATIONS = range(1, 9)
# Resolutions across and down, and their unit: inches, centimetres, or none, for the proportions alone.
RESOLUTIONS = [
    ((300, 1), (300, 1), 2),
    ((204, 1), (98, 1), 2),
    ((100, 1), (200, 1), 3),
    ((2, 1), (1, 1), 1),
    ((300, 1), (0, 0), 2),
]
# What marks a page, and whether it is shown: nothing, one of several, reduced, a mask, reduced as of old.
SUBFILES: list[tuple[dict[int, tiffs.Value], bool]] = [
    ({}, True),
    ({tiffs.SUBFILE: 2}, True),
    ({tiffs.SUBFILE: 1}, False),
    ({tiffs.SUBFILE: 4}, False),
    ({tiffs.OLD_SUBFILE: 2}, False),
    ({tiffs.OLD_SUBFILE: 3}, True),
]
PACKED: dict[int, Callable[[bytes], bytes | bytearray]] = {
    tiffs.NONE: bytes,
    tiffs.LZW: imagecodecs.lzw_encode,
    tiffs.DEFLATE: zlib.compress,
    tiffs.PACKBITS: imagecodecs.packbits_encode,
}
IN_FAX = {tiffs.GROUP_3: "group3", tiffs.GROUP_4: "group4"}


@dataclass(frozen=True)
class Format:
    """How the samples of a page are stored."""

    bits: int
    samples: int
    ink: int
    compression: int


FORMATS = [
    *(Format(bits, 1, ink, how) for bits, ink, how in product((1, 4, 8, 12, 16), (0, 1), PACKED)),
    *(Format(bits, 3, 2, how) for bits, how in product((8, 16), PACKED)),
    *(Format(1, 1, ink, how) for ink, how in product((0, 1), IN_FAX)),
    *(Format(8, samples, ink, how) for samples, ink in ((1, 1), (3, 6)) for how in (6, 7)),
]


def test_every_sort_of_scan_is_shown_as_an_independent_reader_reads_it() -> None:
    pages = files = 0
    for order, form in product("<>", FORMATS):
        turns = product(ORIENTATIONS, RESOLUTIONS)
        made = [_page(form, order, *turn) for turn in turns]
        for part in _parts(made):
            subfiles = list(
                islice(cycle(SUBFILES), files % len(SUBFILES), files % len(SUBFILES) + len(part))
            )
            content = tiff(
                *(
                    Page(one.strip, one.tags | marks, one.here)
                    for one, (marks, _) in zip(part, subfiles, strict=True)
                ),
                order=order,
            )
            seen = [Image.open(io.BytesIO(page.picture())) for page in scan_pages.pages_of(content)]
            with TiffFile(io.BytesIO(content)) as file:
                wanted = [
                    one for one, (_, shown) in zip(file.pages, subfiles, strict=True) if shown
                ]
                assert len(seen) == len(wanted), (order, form)
                for picture, page in zip(seen, wanted, strict=True):
                    assert isinstance(page, TiffPage)
                    _compare(picture, page, form)
            files, pages = files + 1, pages + len(part)
    assert (len(FORMATS), pages, files) == (56, 4480, 560)


def _parts(pages: list[Page]) -> Iterator[list[Page]]:
    for start in range(0, len(pages), 8):
        yield pages[start : start + 8]


def _page(
    form: Format,
    order: str,
    orientation: int,
    resolution: tuple[tuple[int, int], tuple[int, int], int],
) -> Page:
    across, down, unit = resolution
    strip = _strip(form, order)
    tags: dict[int, tiffs.Value] = {
        tiffs.WIDTH: WIDTH,
        tiffs.LENGTH: HEIGHT,
        tiffs.BITS: [form.bits] * form.samples,
        tiffs.COMPRESSION: form.compression,
        tiffs.INK: form.ink,
        tiffs.ORIENTATION: orientation,
        tiffs.SAMPLES: form.samples,
        tiffs.ROWS: HEIGHT,
        tiffs.ACROSS: across,
        tiffs.DOWN: down,
        tiffs.UNIT: unit,
    }
    if form.ink == 6:
        tags |= {tiffs.SUBSAMPLING: [2, 2]}
    if form.compression != tiffs.OLD_JPEG:
        return Page(strip, tags)
    return Page(strip, tags | {tiffs.JPEG_SIZE: len(strip)}, (tiffs.STRIPS, tiffs.JPEG_STREAM))


def _strip(form: Format, order: str) -> bytes:
    """A gradient that is dark in one corner, so that no turn of it looks like another."""
    across, down = np.meshgrid(np.linspace(0.3, 1, WIDTH), np.linspace(0.3, 1, HEIGHT))
    light = across * down
    light[: HEIGHT // 4, : WIDTH // 4] = 0
    if form.samples == 3:
        light = np.stack([light, light * 0.8, light * 0.6], axis=-1)
    top = 2**form.bits - 1
    samples = np.round(light * top).astype(np.uint16)
    if form.bits == 1:
        samples = (light > 0.5).astype(np.uint16)
    if form.compression in {tiffs.JPEG, tiffs.OLD_JPEG}:
        return tiffs.jpeg(Image.fromarray(samples.astype(np.uint8)))
    if form.compression in IN_FAX:
        return tiffs.fax(Image.fromarray(samples.astype(bool)), IN_FAX[form.compression])
    return bytes(PACKED[form.compression](_in_bits(samples, form.bits, order)))


def _in_bits(samples: Samples, bits: int, order: str) -> bytes:
    """The samples as TIFF packs them: rows begin at a byte, and whole bytes follow the file's order."""
    if bits == 16:
        return samples.astype(f"{order}u2").tobytes()
    rows = samples.reshape(HEIGHT, -1)
    each = (rows[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(each.reshape(HEIGHT, -1).astype(np.uint8), axis=1).tobytes()


def _compare(picture: Image.Image, page: TiffPage, form: Format) -> None:
    wanted = _expected(page, form)
    about = (
        form,
        page.tags["Orientation"].value,
        [page.tags[f"{one}Resolution"].value for one in "XY"],
    )
    assert picture.size == _size(page), about
    light = np.asarray(picture.convert("L"), np.float64) / 255
    difference = np.abs(_blocks(light) - _blocks(wanted)).max()
    assert difference < NEAR, (about, difference)


def _expected(page: TiffPage, form: Format) -> Light:
    """How light the page is, row by row as it is to be read."""
    samples = np.asarray(page.asarray(), np.float64)
    light = samples / (2**form.bits - 1)
    if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE:
        light = 1 - light
    if light.ndim == 3:
        light = light @ np.array([0.299, 0.587, 0.114])
    turned: dict[int, Light] = {
        1: light,
        2: light[:, ::-1],
        3: light[::-1, ::-1],
        4: light[::-1],
        5: light.T,
        6: light.T[:, ::-1],
        7: light.T[::-1, ::-1],
        8: light.T[::-1],
    }
    return turned[page.tags["Orientation"].value]


def _size(page: TiffPage) -> tuple[int, int]:
    """Width and height in square pixels, none of them lost."""
    (across, part), (down, other) = (page.tags[f"{one}Resolution"].value for one in "XY")
    width, height = float(WIDTH), float(HEIGHT)
    if across and part and down and other:
        square = (down / other) / (across / part)
        width, height = width * max(1, square), height * max(1, 1 / square)
    size = round(width), round(height)
    return size[::-1] if page.tags["Orientation"].value > 4 else size


def _blocks(light: Light) -> Light:
    """The mean of each of BLOCKS times BLOCKS parts."""
    rows = np.array_split(light, BLOCKS)
    return np.array([[part.mean() for part in np.array_split(row, BLOCKS, axis=1)] for row in rows])
