"""The pages that pictures are drawn from, with their invented facts, in each language."""

from types import SimpleNamespace

from flask import current_app
from flask_babel import force_locale

from wizard.pictures.definitions import Picture

# Pages of the stand-in ask for these; a picture needs no addresses, and nobody is signed in.
STILL = {
    "url_for": lambda *_args, **_values: "#",
    "request": SimpleNamespace(endpoint=""),
}


def pages_of(picture: Picture) -> dict[str, str]:
    """The HTML it is drawn from, by the stem of its files."""
    return {picture.stem(language): _page(picture, language) for language in picture.languages}


def _page(picture: Picture, language: str) -> str:
    template = current_app.jinja_env.get_template(picture.page)
    with force_locale(language):
        return template.render({**STILL, "language": language, **picture.facts})
