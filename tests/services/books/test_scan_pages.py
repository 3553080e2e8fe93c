"""The process that unpacks a scan writes page after page, and ends well only after the last."""

import io
import subprocess
import sys

import pytest
from PIL import Image

from wizard.services.books import scan_pages
from wizard.services.books.scan_pages import LARGEST, MOST_PAGES


def unpacked(content: bytes) -> tuple[int, list[Image.Image], bool]:
    """How it ended, the pages, and whether it said that there were no more."""
    done = subprocess.run(
        [sys.executable, "-I", scan_pages.__file__],
        input=content,
        capture_output=True,
        check=False,
        timeout=60,
        env={},
    )
    pages: list[Image.Image] = []
    rest = done.stdout
    while length := int.from_bytes(rest[:4]):
        pages.append(Image.open(io.BytesIO(rest[4 : 4 + length])))
        rest = rest[4 + length :]
    return done.returncode, pages, rest == bytes(4)


def scan(*pages: Image.Image, **options: object) -> bytes:
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], **options)
    return out.getvalue()


def paper(mode: str = "L", size: tuple[int, int] = (200, 300)) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


def test_every_page_is_written_and_then_that_there_are_no_more() -> None:
    code, pages, ended = unpacked(scan(paper("1"), paper("L"), paper("RGB")))
    assert (code, ended) == (0, True)
    assert [page.format for page in pages] == ["PNG", "JPEG", "JPEG"]
    assert {page.size for page in pages} == {(200, 300)}


def test_a_page_is_no_larger_than_can_be_read_and_a_fax_is_as_high_as_it_was() -> None:
    _, [large], _ = unpacked(scan(paper(size=(4000, 3000))))
    assert large.size == (LARGEST[0], 1500)
    _, [fax], _ = unpacked(scan(paper("1", (200, 100)), dpi=(204, 98)))
    assert fax.size[0] == 200
    assert fax.size[1] > 190


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"II*\0" + b"\xff" * 500, b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_scan_ends_badly_with_no_page(content: bytes) -> None:
    assert unpacked(content) == (1, [], False)


def test_a_scan_that_breaks_off_gives_what_had_come() -> None:
    whole = scan(paper("RGB"), paper("RGB", (900, 900)))
    code, pages, ended = unpacked(whole[: len(whole) - 500_000])
    assert (code, ended) == (1, False)
    assert len(pages) <= 1


def test_a_scan_with_more_pages_than_are_shown_says_that_it_is_not_whole() -> None:
    code, pages, ended = unpacked(scan(*[paper("1")] * (MOST_PAGES + 5)))
    assert (code, ended) == (1, False)
    assert len(pages) == MOST_PAGES


def test_a_page_that_would_fill_the_memory_is_not_unpacked() -> None:
    bomb = scan(Image.new("1", (10_000, 10_000)), compression="group4")
    assert len(bomb) < 100_000
    assert unpacked(bomb) == (1, [], False)
