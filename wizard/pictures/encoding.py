"""Encoding of pictures as small files: PNG for every browser, and WebP."""

from io import BytesIO

from PIL import Image

COLOURS = 64  # a sketch has few colours; more would only preserve anti-aliasing


def sketch_png(image: "Image.Image") -> bytes:
    """The picture as a PNG with a palette, as bytes."""
    return _png(_few_colours(image))


def sketch_webp(image: "Image.Image") -> bytes:
    """The same pixels as in sketch_png as lossless WebP, as bytes."""
    out = BytesIO()
    _few_colours(image).convert("RGB").save(out, "WEBP", lossless=True, quality=100, method=6)
    return out.getvalue()


def photo_png(image: "Image.Image") -> bytes:
    """A screenshot as a PNG with a full palette of 256 colours, as bytes."""
    return _png(image.quantize(256))


def photo_webp(image: "Image.Image") -> bytes:
    """A screenshot as WebP with sharp text, as bytes."""
    out = BytesIO()
    image.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _few_colours(image: "Image.Image") -> "Image.Image":
    return image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


def _png(image: "Image.Image") -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
