"""The definition of a picture: its source page, its size, and its numbered marks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Mark:
    """A ring around the first element that matches a CSS selector, with a number at one side.

    The template of a live picture has its own rings, and only the numbers are stated here.
    """

    number: int
    selector: str = ""
    side: str = "right"  # left, right, or inside the right edge


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture. Sizes are CSS pixels; each is also drawn at double size.

    `page` is a template, rendered with `facts`. `languages` are those to draw: a picture of a Swedish
    program is drawn once, whatever the language of the surrounding page. `ours` is True for a page of
    our own, which no help text of the provider describes.

    A `live` picture is drawn by the page that shows it, with the reader's own company: `page` is then a
    template with a macro, and no file is drawn.
    """

    provider: str
    name: str
    page: str
    width: int = 0
    height: int = 0
    marks: tuple[Mark, ...]
    facts: Mapping[str, object] = field(default_factory=dict)
    languages: tuple[str, ...] = ("sv",)
    ours: bool = False
    live: bool = False
    from_right: bool = False  # enlarged on a phone, its right side is seen first

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """The key that pages use: provider/name."""
        return f"{self.provider}/{self.name}"

    def language(self, wanted: str) -> str:
        """The language of the picture for a reader of `wanted`."""
        return wanted if wanted in self.languages else self.languages[0]

    def stem(self, language: str) -> str:
        """The file name without size and extension, such as activate-en or permissions."""
        return f"{self.name}-{self.language(language)}" if len(self.languages) > 1 else self.name

    def stems(self) -> tuple[str, ...]:
        """All its stems, one for each language."""
        return tuple(self.stem(language) for language in self.languages)

    def drawing(self) -> dict[str, object]:
        """Parameters of the drawing besides the page; part of the fingerprint."""
        return {
            "width": self.width,
            "height": self.height,
            "marks": [asdict(mark) for mark in self.marks],
        }
