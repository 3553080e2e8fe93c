"""The rows of the page about pictures: what each picture shows, and what needs attention."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from wizard.pictures.catalogue import PICTURES
from wizard.pictures.definitions import Picture
from wizard.pictures.gallery import OLD_AFTER
from wizard.pictures.manifest import is_stale
from wizard.pictures.real import Refusal, RefusedError
from wizard.web.picture.pages import pages_of
from wizard.web.picture.shown import Shown, gallery, picture_of


@dataclass(frozen=True)
class Row:
    """A picture as the admin sees it; `file` is the file name that a real screenshot needs."""

    key: str
    shown: Shown
    file: str
    refused: str | None
    is_stale: bool
    is_old: bool

    @property
    def is_unchecked(self) -> bool:
        """True for a sketch that nobody has compared with the real page."""
        return self.shown.checked is None

    @property
    def is_due(self) -> bool:
        """True if the picture needs attention."""
        return bool(self.refused or self.is_stale or self.is_old or not self.shown.is_real)


def rows(today: date | None = None) -> list[Row]:
    """Every picture: first those that need attention, then those without a real screenshot."""
    day = today or datetime.now(UTC).date()
    found = [_row(picture, day) for picture in PICTURES.values()]
    return sorted(
        found, key=lambda row: (not (row.refused or row.is_stale or row.is_old), not row.is_due)
    )


def _row(picture: Picture, today: date) -> Row:
    shown = picture_of(picture.key)
    stale = is_stale(picture, gallery().entries.get(picture.key), pages_of(picture))
    return Row(
        key=picture.key,
        shown=shown,
        file=f"instance/pictures/{picture.key}.png",
        refused=(refusal := _refusal(picture)) and refusal.value,
        is_stale=stale and not shown.is_real,
        is_old=shown.checked is not None and today - shown.checked > OLD_AFTER,
    )


def _refusal(picture: Picture) -> Refusal | None:
    try:
        gallery().screenshot(picture, picture.languages[0])
    except RefusedError as refused:
        return refused.reason
    return None
