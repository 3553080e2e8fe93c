"""Firms' logos: decoded, made small and encoded anew, so that nothing but pixels is ever served."""

from dataclasses import dataclass
from enum import Enum
from io import BytesIO

from PIL import Image, ImageOps
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from wizard.models import AuditAction, Firm, public_id
from wizard.services.audit.trail import about_firm, record

LARGEST_BYTES = 1024 * 1024
MOST_PIXELS = 16_000_000  # decoded it takes four bytes each
FORMATS = ("PNG", "JPEG")
BOX = (160, 44)  # CSS pixels that a page has room for
SHARPNESS = 2  # pixels of the screen for each of those
NARROWEST = 12  # CSS pixels: less is a line
FAINTEST = 40  # of 255: what is nearer to white is not seen on white paper
COLOURS = 256
MOST_KEPT = 40 * 1024  # bytes; a logo of more colours is given fewer


class LogoRefusal(Enum):
    """The reasons why a file cannot be a logo."""

    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    NOT_A_PICTURE = "not_a_picture"
    TOO_NARROW = "too_narrow"
    INVISIBLE = "invisible"


class LogoInvalidError(ValueError):
    """The file cannot be a logo; ``reason`` tells why."""

    def __init__(self, reason: LogoRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Logo:
    """A picture of ours: its bytes, its media type, and its size in CSS pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


def make_anew(content: bytes) -> Logo:
    """The logo in a PNG or JPEG file, without anything else that the file holds; LogoInvalidError."""
    if len(content) > LARGEST_BYTES:
        raise LogoInvalidError(LogoRefusal.TOO_LARGE)
    image, is_photo = _decoded(content)
    scale = min(1.0, BOX[0] / image.width, BOX[1] / image.height)
    width, height = round(image.width * scale), round(image.height * scale)
    if min(width, height) < NARROWEST:
        raise LogoInvalidError(LogoRefusal.TOO_NARROW)
    image.thumbnail((width * SHARPNESS, height * SHARPNESS))
    if not _is_seen(image):
        raise LogoInvalidError(LogoRefusal.INVISIBLE)
    encoded = _jpeg(image) if is_photo else _png(image)
    return Logo(encoded, "image/jpeg" if is_photo else "image/png", width, height)


def set_logo(session: Session, firm: Firm, content: bytes) -> None:
    """Give the firm a logo, at an address of its own, instead of any before. Commits; LogoInvalidError."""
    logo, before = make_anew(content), firm.logo_id
    firm.logo, firm.logo_type, firm.logo_id = logo.content, logo.media_type, public_id()
    firm.logo_width, firm.logo_height = logo.width, logo.height
    _record(session, firm, before)
    session.commit()


def remove_logo(session: Session, firm: Firm) -> None:
    """Take the firm's logo away, if it has one. Commits."""
    before = firm.logo_id
    firm.logo = firm.logo_type = firm.logo_id = firm.logo_width = firm.logo_height = None
    if before:
        _record(session, firm, before)
    session.commit()


def find_logo(session: Session, logo_id: str) -> tuple[bytes, str] | None:
    """The bytes and the media type of the logo at this address."""
    firm = session.scalar(select(Firm).where(Firm.logo_id == logo_id).options(undefer(Firm.logo)))
    return (firm.logo, firm.logo_type) if firm and firm.logo and firm.logo_type else None


def _record(session: Session, firm: Firm, before: str | None) -> None:
    was, became = {"logo": before}, {"logo": firm.logo_id}
    record(session, AuditAction.FIRM_CHANGED, about_firm(firm), before=was, after=became)


def _decoded(content: bytes) -> tuple["Image.Image", bool]:
    """The upright pixels, and whether they come from a photograph; looks at the size before decoding."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as file:
            if file.width * file.height > MOST_PIXELS:
                raise LogoInvalidError(LogoRefusal.TOO_MANY_PIXELS)
            file.load()
            image = ImageOps.exif_transpose(file)
            is_photo = file.format == "JPEG"
            return image.convert("RGB" if is_photo else "RGBA"), is_photo
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise LogoInvalidError(LogoRefusal.TOO_MANY_PIXELS) from None
    except LogoInvalidError:
        raise
    except Exception:  # noqa: BLE001 -- a broken file may raise anything in a decoder
        raise LogoInvalidError(LogoRefusal.NOT_A_PICTURE) from None


def _is_seen(image: "Image.Image") -> bool:
    """Whether it stands out from white paper, on which pages show it."""
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image.convert("RGBA"))
    darkest, _ = paper.convert("L").getextrema()
    return 255 - int(darkest) >= FAINTEST  # type: ignore[arg-type]


def _jpeg(image: "Image.Image") -> bytes:
    out = BytesIO()
    Image.frombytes("RGB", image.size, image.tobytes()).save(out, "JPEG", quality=85)
    return out.getvalue()


def _png(image: "Image.Image") -> bytes:
    pixels = Image.frombytes(
        "RGBA", image.size, image.tobytes()
    )  # without what the file said beside
    whole = _saved(pixels)
    few = pixels.quantize(COLOURS, Image.Quantize.FASTOCTREE)
    return whole if len(whole) <= MOST_KEPT else _saved(few)


def _saved(image: "Image.Image") -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
