"""Pictures for templates: URLs, sizes, and the days they were drawn and checked."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from flask import Flask, current_app, url_for
from flask_babel import get_locale

from wizard.config import Settings
from wizard.pictures.files import file_name
from wizard.pictures.gallery import Found, Gallery


class Her(Protocol):
    """Whose company a sketch shows; ``public_id`` is empty if it is nobody's."""

    @property
    def public_id(self) -> str:
        """The invitation's public id."""

    @property
    def company_name(self) -> str:
        """The company's name."""

    @property
    def organisation_number(self) -> str:
        """Its ten digits."""


@dataclass(frozen=True)
class Example:
    """A company for readers without an invitation; Bolagsverket does not assign 559900-…"""

    public_id: str = ""
    company_name: str = "Rätt företag AB"
    organisation_number: str = "5599001017"


@dataclass(frozen=True)
class Shown:
    """A picture on a page; width and height in CSS pixels, `texts` the template with its words.

    `drawn` is None for a screenshot; `checked` is None for a sketch that nobody has compared. `sketch`
    is the template of a live picture, unless a screenshot has taken its place; `her` is whom it is for.
    """

    provider: str
    ours: bool
    sketch: str | None
    from_right: bool
    her: Her
    anchor: str
    texts: str
    page: str
    width: int
    height: int
    webp: str
    webp_2x: str
    png: str
    png_2x: str
    drawn: date | None
    checked: date | None
    is_real: bool


@dataclass(frozen=True)
class Row:
    """What one note says of a row of pictures.

    `drawn` is the earliest day of its sketches, `checked` that of their checks if all were compared,
    `taken` that of its screenshots; each is None if there is none.
    """

    provider: str
    drawn: date | None
    checked: date | None
    taken: date | None


def init_app(app: Flask, _settings: Settings) -> None:
    """Provide `picture_of` and `row_of` to templates and their macros."""
    app.jinja_env.globals.update(picture_of=picture_of, row_of=row_of)


def gallery() -> Gallery:
    """The application's gallery, opened at first use."""
    app = current_app
    if "gallery" not in app.extensions:
        static = Path(app.static_folder or "")
        app.extensions["gallery"] = Gallery.open(static, Path(app.instance_path))
    found: Gallery = app.extensions["gallery"]
    return found


def picture_of(key: str, her: Her | None = None) -> Shown:
    """The picture with a name, in the page's language; raises KeyError if it does not exist."""
    language = str(get_locale() or "sv")
    return shown(gallery().find(key, language), language, her or Example())


def row_of(keys: list[str]) -> Row:
    """The note of a row of pictures of one provider."""
    pictures = [picture_of(key) for key in keys]
    checks = [each.checked for each in pictures if not each.is_real]
    return Row(
        provider=pictures[0].provider,
        drawn=min((each.drawn for each in pictures if each.drawn), default=None),
        checked=min((day for day in checks if day), default=None) if all(checks) else None,
        taken=min(
            (each.checked for each in pictures if each.is_real and each.checked), default=None
        ),
    )


def shown(found: Found, language: str, her: Her) -> Shown:
    """A found picture, for templates."""
    picture = found.picture
    return Shown(
        provider=picture.provider,
        ours=picture.ours,
        sketch=picture.page if picture.live and not found.is_real else None,
        from_right=picture.from_right,
        her=her,
        anchor=f"bild-{picture.name}",
        texts=f"providers/{picture.provider}/{language}/pictures/{picture.name}.html",
        page=url_for(
            "picture.show",
            provider=picture.provider,
            name=picture.name,
            k=(her.public_id or None) if picture.live else None,
        ),
        width=found.width,
        height=found.height,
        webp=_address(found, 1, "webp"),
        webp_2x=_address(found, 2, "webp"),
        png=_address(found, 1, "png"),
        png_2x=_address(found, 2, "png"),
        drawn=found.drawn,
        checked=found.checked,
        is_real=found.is_real,
    )


def _address(found: Found, scale: int, ending: str) -> str:
    name, provider = file_name(found.stem, scale, ending), found.picture.provider
    if found.is_real:
        return url_for("picture.image", provider=provider, name=name)
    return url_for("static", filename=f"pictures/{provider}/{name}")
