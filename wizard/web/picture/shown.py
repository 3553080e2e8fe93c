"""Pictures as templates get them: addresses, sizes, and the day they were checked."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import Flask, current_app, url_for
from flask_babel import get_locale

from wizard.config import Settings
from wizard.pictures.files import file_name
from wizard.pictures.gallery import Found, Gallery


@dataclass(frozen=True)
class Shown:
    """A picture on a page; width and height in CSS pixels, `texts` the template with its words."""

    anchor: str
    texts: str
    page: str
    width: int
    height: int
    webp: str
    webp_2x: str
    png: str
    png_2x: str
    checked: date
    is_real: bool


def init_app(app: Flask, _settings: Settings) -> None:
    """Let templates, and macros in them, ask for a picture by its name."""
    app.jinja_env.globals["picture_of"] = picture_of


def gallery() -> Gallery:
    """The application's gallery, opened at the first picture."""
    app = current_app
    if "gallery" not in app.extensions:
        static = Path(app.static_folder or "")
        app.extensions["gallery"] = Gallery.open(static, Path(app.instance_path))
    found: Gallery = app.extensions["gallery"]
    return found


def picture_of(key: str) -> Shown:
    """The picture of that name, for the page's language; KeyError when there is none."""
    language = str(get_locale() or "sv")
    return shown(gallery().find(key, language), language)


def shown(found: Found, language: str) -> Shown:
    """What a template needs to know of a picture that was found."""
    picture = found.picture
    return Shown(
        anchor=f"bild-{picture.name}",
        texts=f"providers/{picture.provider}/{language}/pictures/{picture.name}.html",
        page=url_for("picture.show", provider=picture.provider, name=picture.name),
        width=found.width,
        height=found.height,
        webp=_address(found, 1, "webp"),
        webp_2x=_address(found, 2, "webp"),
        png=_address(found, 1, "png"),
        png_2x=_address(found, 2, "png"),
        checked=found.checked,
        is_real=found.is_real,
    )


def _address(found: Found, scale: int, ending: str) -> str:
    name, provider = file_name(found.stem, scale, ending), found.picture.provider
    if found.is_real:
        return url_for("picture.image", provider=provider, name=name)
    return url_for("static", filename=f"pictures/{provider}/{name}")
