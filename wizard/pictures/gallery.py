"""The picture to show: the real screenshot if there is one, else the sketch."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from wizard.pictures import manifest, real
from wizard.pictures.catalogue import PICTURES
from wizard.pictures.definitions import Picture
from wizard.pictures.manifest import Entry
from wizard.pictures.real import Refusal, RefusedError, Screenshot, Source

OLD_AFTER = timedelta(days=180)


@dataclass(frozen=True)
class Found:
    """The picture to show for a language; sizes are CSS pixels.

    ``drawn`` is None for a screenshot; ``checked`` is None for a sketch that nobody has compared.
    """

    picture: Picture
    stem: str
    width: int
    height: int
    drawn: date | None
    checked: date | None

    @property
    def is_real(self) -> bool:
        """True for a screenshot, False for a sketch."""
        return self.drawn is None


@dataclass
class Gallery:
    """The drawn pictures of a folder, and the real screenshots that replace them.

    People put screenshots in `screenshots` (provider/name.png); our copies are written to `copies`.
    """

    screenshots: Path
    copies: Path
    entries: dict[str, Entry]
    _known: dict[Path, tuple[Source, Screenshot | Refusal]] = field(default_factory=dict)

    @classmethod
    def open(cls, static: Path, instance: Path) -> "Gallery":
        """The gallery of an application, with its static and instance folders."""
        return cls(
            instance / "pictures", instance / "picture-copies", manifest.read(static / "pictures")
        )

    def find(self, key: str, language: str) -> Found:
        """The picture to show; raises KeyError if none has the key."""
        picture = PICTURES[key]
        try:
            shown = self.screenshot(picture, language)
        except RefusedError:
            shown = None
        if shown:
            return Found(picture, shown.stem, shown.width, shown.height, None, shown.checked)
        entry = self.entries[key]
        stem = picture.stem(language)
        return Found(picture, stem, entry.width, entry.height, entry.drawn, entry.checked)

    def screenshot(self, picture: Picture, language: str) -> Screenshot | None:
        """The real screenshot, if any; raises RefusedError if it cannot be shown."""
        folder = self.screenshots / picture.provider
        source = real.find(folder, (picture.stem(language), picture.name))
        return self._copied(source, picture) if source else None

    def _copied(self, source: Source, picture: Picture) -> Screenshot:
        known = self._known.get(source.path)
        if known is None or known[0] != source:
            known = self._known[source.path] = (source, self._judged(source, picture))
        if isinstance(known[1], Refusal):
            raise RefusedError(known[1])
        return known[1]

    def _judged(self, source: Source, picture: Picture) -> Screenshot | Refusal:
        try:
            return real.copy(source, self.copies / picture.provider, picture.name)
        except RefusedError as refused:
            return refused.reason
        except OSError:  # copies cannot be written: the sketch is shown instead
            return Refusal.NOT_WRITTEN
