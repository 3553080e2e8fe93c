"""Logos: pixels alone are kept, small, and what is hostile or cannot be seen is refused."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from wizard.models import Firm
from wizard.services.accounts import logos
from wizard.services.accounts.logos import LogoInvalidError, LogoRefusal


def picture(
    size: tuple[int, int] = (600, 200), colour: str = "#17533f", kind: str = "PNG", **saved: object
) -> bytes:
    """A picture of one colour."""
    out = BytesIO()
    Image.new("RGB" if kind == "JPEG" else "RGBA", size, colour).save(out, kind, **saved)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of this size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checked)

    size = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    content = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + content + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("size", "shown"),
    [((600, 200), (132, 44)), ((1600, 200), (160, 20)), ((100, 40), (100, 40)), ((50, 500), None)],
)
def test_a_logo_fits_where_it_stands(size: tuple[int, int], shown: tuple[int, int] | None) -> None:
    if shown is None:
        with pytest.raises(LogoInvalidError):
            logos.make_anew(picture(size))
        return
    logo = logos.make_anew(picture(size))
    assert (logo.width, logo.height) == shown
    kept = Image.open(BytesIO(logo.content))
    assert kept.width <= logos.BOX[0] * logos.SHARPNESS
    assert kept.height <= logos.BOX[1] * logos.SHARPNESS


def test_nothing_but_pixels_is_kept() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "secret <script>")
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    for content in (
        picture(pnginfo=said),
        picture(exif=exif),
        picture(kind="JPEG", exif=exif, comment=b"secret"),
        picture() + b"secret tail",
    ):
        logo = logos.make_anew(content)
        assert b"secret" not in logo.content
        assert Image.open(BytesIO(logo.content)).info.keys() <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
        }


def test_a_photograph_is_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    logo = logos.make_anew(picture((44, 150), kind="JPEG", exif=exif))
    assert (logo.media_type, logo.width, logo.height) == ("image/jpeg", 150, 44)


def test_a_logo_of_many_colours_is_still_small() -> None:
    out = BytesIO()
    Image.effect_noise((320, 88), 90).convert("RGBA").save(out, "PNG")
    assert len(logos.make_anew(out.getvalue()).content) <= logos.MOST_KEPT


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (picture() + bytes(logos.LARGEST_BYTES), LogoRefusal.TOO_LARGE),
        (bomb(20_000, 20_000), LogoRefusal.TOO_MANY_PIXELS),
        (bomb(60_000, 60_000), LogoRefusal.TOO_MANY_PIXELS),
        (bomb(400, 100), LogoRefusal.NOT_A_PICTURE),
        (picture()[:-60], LogoRefusal.NOT_A_PICTURE),
        (picture(kind="GIF"), LogoRefusal.NOT_A_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", LogoRefusal.NOT_A_PICTURE),
        (b"", LogoRefusal.NOT_A_PICTURE),
        (picture((3000, 20)), LogoRefusal.TOO_NARROW),
        (picture(colour="white"), LogoRefusal.INVISIBLE),
        (picture(colour="#17533f00"), LogoRefusal.INVISIBLE),
    ],
)
def test_what_cannot_be_a_logo_is_refused(content: bytes, reason: LogoRefusal) -> None:
    with pytest.raises(LogoInvalidError) as refused:
        logos.make_anew(content)
    assert refused.value.reason is reason


def test_a_firm_has_one_logo_at_an_address_of_its_own(session: Session, cast: Cast) -> None:
    firm = session.get_one(Firm, cast.firm.id)
    logos.set_logo(session, firm, picture())
    first = str(firm.logo_id)
    logos.set_logo(session, firm, picture(colour="navy"))
    assert logos.find_logo(session, first) is None
    found = logos.find_logo(session, str(firm.logo_id))
    assert found == (firm.logo, "image/png")
    logos.remove_logo(session, firm)
    assert firm.logo is None
    assert logos.find_logo(session, first) is None
