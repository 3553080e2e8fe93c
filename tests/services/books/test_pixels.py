"""Every picture that is shown says how many pixels it has before it is shown, as Pillow counts them."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from wizard.services.books.media_types import MOST_PIXELS, Kind, judge, pixels
from wizard.services.books.pixels import COUNTERS

SIDES = st.integers(1, 300)
FORMS: list[tuple[Kind, dict[str, Any]]] = [
    (Kind.JPEG, {}),
    (Kind.JPEG, {"progressive": True}),
    (Kind.JPEG, {"exif": b"Exif\0\0" + bytes(60_000)}),
    (Kind.JPEG, {"icc_profile": bytes(range(256)) * 1000}),
    (Kind.JPEG, {"comment": b"\xff\xc0\0\x11\x08\xff\xff\xff\xff"}),
    (Kind.PNG, {}),
    (Kind.PNG, {"icc_profile": bytes(range(256)) * 1000}),
    (Kind.GIF, {}),
    (Kind.GIF, {"comment": b"x" * 3000, "interlace": 0}),
    (Kind.GIF, {"save_all": True, "append_images": [Image.new("L", (1, 1))]}),
    (Kind.WEBP, {}),
    (Kind.WEBP, {"lossless": True}),
    (Kind.WEBP, {"exif": b"Exif\0\0" + bytes(100)}),
    (Kind.WEBP, {"save_all": True, "append_images": [Image.new("RGB", (1, 1))]}),
]


def made(kind: Kind, size: tuple[int, int], options: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    mode = "L" if kind is Kind.GIF else "RGB"
    pictures = {"append_images": [one.resize(size) for one in options.get("append_images", [])]}
    Image.new(mode, size, 200).save(
        out,
        kind.partition("/")[2].upper(),
        **(options | (pictures if pictures["append_images"] else {})),
    )
    return out.getvalue()


@settings(max_examples=300, deadline=None)
@given(width=SIDES, height=SIDES, form=st.sampled_from(FORMS))
def test_the_pixels_of_every_sort_of_picture_are_counted(
    width: int, height: int, form: tuple[Kind, dict[str, Any]]
) -> None:
    kind, options = form
    content = made(kind, (width, height), options)
    assert judge(content[:4096]) is kind
    assert pixels(kind, content) == width * height


@settings(max_examples=200, deadline=None)
@given(kind=st.sampled_from([Kind(name) for name in COUNTERS]), content=st.binary(max_size=80))
def test_whatever_follows_the_first_bytes_is_counted_or_unknown(kind: Kind, content: bytes) -> None:
    whole = made(kind, (3, 2), {})
    for kept in (4, 12, 20, 40):
        found = pixels(kind, whole[:kept] + content)
        assert found is None or found >= 0


def test_every_picture_that_is_shown_has_a_limit() -> None:
    assert {kind for kind in Kind if kind.is_picture} == {Kind(name) for name in COUNTERS}


SIDE = 10_001
FAR = SIDE.to_bytes(2)
NEAR = SIDE.to_bytes(2, "little")


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xe0\0\x04xx\xff\xff\xff\xc2\0\x11\x08" + FAR + FAR + bytes(9),
        b"\xff\xd8\xff\xe0\0\x04xxjunk\0\xff\0\xff\xc0\0\x11\x08" + FAR + FAR + bytes(9),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + SIDE.to_bytes(4) * 2 + bytes(9),
        b"GIF89a" + NEAR + NEAR + bytes(9),
        b"GIF89a\1\0\1\0\0\0\0!\xf9\4\0\0\0\0\0,\0\0\0\0" + NEAR + NEAR + bytes(9),
        b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + NEAR + NEAR,
        b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f"
        + ((SIDE - 1) | (SIDE - 1) << 14).to_bytes(4, "little")
        + bytes(9),
        b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0" + (SIDE - 1).to_bytes(3, "little") * 2,
    ],
)
def test_a_picture_with_more_pixels_than_that_is_no_picture(content: bytes) -> None:
    assert SIDE**2 > MOST_PIXELS
    assert judge(content) is Kind.OTHER
