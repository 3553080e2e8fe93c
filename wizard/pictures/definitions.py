"""What a picture is: the page it is drawn from, its size, and the numbered marks on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Mark:
    """A ring around the first element a CSS selector finds, with a number at one of its sides."""

    number: int
    selector: str
    side: str = "right"  # left, right, or inside the right edge


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture. Sizes are CSS pixels, and what a page shows; it is drawn at twice that too.

    `page` is a template, rendered with `facts`. `languages` are those it is drawn in: a picture of
    a programme that is Swedish is drawn once, whatever the language of the page around it.
    """

    provider: str
    name: str
    page: str
    width: int
    height: int
    marks: tuple[Mark, ...]
    facts: Mapping[str, object] = field(default_factory=dict)
    languages: tuple[str, ...] = ("sv",)
    address: str = ""  # what the browser's address field says; none is drawn when empty

    @property
    def key(self) -> str:
        """What pages call it: provider/name."""
        return f"{self.provider}/{self.name}"

    def language(self, wanted: str) -> str:
        """The language it is shown in to a reader of `wanted`."""
        return wanted if wanted in self.languages else self.languages[0]

    def stem(self, language: str) -> str:
        """The name of its files, without size and ending: activate-en, or permissions."""
        return f"{self.name}-{self.language(language)}" if len(self.languages) > 1 else self.name

    def stems(self) -> tuple[str, ...]:
        """Every stem it has, one for each language it is drawn in."""
        return tuple(self.stem(language) for language in self.languages)

    def drawing(self) -> dict[str, object]:
        """What the drawing needs to know beside the page; part of the fingerprint."""
        return {
            "width": self.width,
            "height": self.height,
            "address": self.address,
            "marks": [asdict(mark) for mark in self.marks],
        }
