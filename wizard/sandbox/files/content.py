"""The content of documents by kind, and faults in their transfer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from wizard.sandbox.files import hostile, pictures
from wizard.sandbox.files.body import Body
from wizard.sandbox.files.pdf import pdf

LARGE = 20_000_000  # Visma's limit for a file is 20 MB
TOO_LARGE = 25_000_000

Mishap = Literal["cut", "stall", "length_too_long", "length_too_short", "redirect"]

MAKERS: dict[str, Callable[[str], Body]] = {
    "pdf": pdf,
    "large_pdf": lambda title: pdf(title, LARGE),
    "too_large_pdf": lambda title: pdf(title, TOO_LARGE),
    "jpeg": lambda title: Body(pictures.jpeg(title)),
    "png": lambda title: Body(pictures.png(title)),
    "tiff": lambda title: Body(pictures.tiff(title)),
    "html": lambda title: Body(hostile.html(title)),
    "svg": lambda title: Body(hostile.svg(title)),
    "polyglot": lambda title: hostile.polyglot(pdf(title)),
    "printed_pdf": lambda title: hostile.printed(pdf(title)),
    "heic": lambda title: Body(hostile.heic(title)),
    "huge_jpeg": lambda title: Body(hostile.huge_jpeg(title)),
    "rare_tiff": lambda title: Body(hostile.rare_tiff(title)),
    "huge_png": lambda title: Body(hostile.huge_png(title)),
    "huge_tiff": lambda title: Body(hostile.huge_tiff(title)),
    "looping_tiff": lambda title: Body(hostile.looping_tiff(title)),
    "empty": lambda _: Body(b""),
}


@dataclass(frozen=True)
class File:
    """A file at Visma: its name, its declared media type, and its content."""

    name: str
    content_type: str
    kind: str
    title: str
    mishap: Mishap | None = None

    def body(self) -> Body:
        """The content, generated deterministically."""
        return MAKERS[self.kind](self.title)


def ordinary(kind: str, title: str) -> File:
    """A file whose content matches its declared type."""
    ending, content_type = {
        "pdf": ("pdf", "application/pdf"),
        "large_pdf": ("pdf", "application/pdf"),
        "jpeg": ("jpg", "image/jpeg"),
        "png": ("png", "image/png"),
        "tiff": ("tiff", "image/tiff"),
    }[kind]
    return File(f"{title}.{ending}", content_type, kind, title)
