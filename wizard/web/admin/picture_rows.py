"""The rows of the page about pictures: what is shown of each, and what is wrong with it."""

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
    """A picture as the admin sees it; `file` is what a real screenshot would be called."""

    key: str
    shown: Shown
    file: str
    refused: str | None
    is_stale: bool
    is_old: bool

    @property
    def is_due(self) -> bool:
        """Whether somebody ought to do something."""
        return bool(self.refused or self.is_stale or self.is_old or not self.shown.is_real)


def rows(today: date | None = None) -> list[Row]:
    """Every picture; those with something wrong first, then those without a real screenshot."""
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
        is_old=today - shown.checked > OLD_AFTER,
    )


def _refusal(picture: Picture) -> Refusal | None:
    try:
        gallery().screenshot(picture, picture.languages[0])
    except RefusedError as refused:
        return refused.reason
    return None
