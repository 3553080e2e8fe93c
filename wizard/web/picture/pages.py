"""The HTML pages that pictures are drawn from, with invented data, in each language.

Of a live picture it is the template, since its data is the reader's.
"""

from types import SimpleNamespace

from flask import current_app

from wizard.config import ROOT
from wizard.pictures.definitions import Picture
from wizard.web.i18n import speaking

# Functions that the stand-in's templates call; pictures need no URLs, and nobody is signed in.
STILL = {
    "url_for": lambda *_args, **_values: "#",
    "request": SimpleNamespace(endpoint=""),
}


def pages_of(picture: Picture) -> dict[str, str]:
    """The HTML of a picture, by the stem of its file names."""
    return {picture.stem(language): _page(picture, language) for language in picture.languages}


def _page(picture: Picture, language: str) -> str:
    if picture.live:
        return (ROOT / "templates" / picture.page).read_text("utf-8")
    template = current_app.jinja_env.get_template(picture.page)
    with speaking(language):
        return template.render({**STILL, "language": language, **picture.facts})
