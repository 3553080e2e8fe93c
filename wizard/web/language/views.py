"""Choosing a language, kept in the browser."""

from flask import Blueprint, abort, make_response, redirect, request, url_for

from wizard.extensions import settings
from wizard.web import i18n
from wizard.web.access import Answer
from wizard.web.auth.landing import OWN_PATH

blueprint = Blueprint("language", __name__)


@blueprint.get("/sprak/<language>")
def choose(language: str) -> Answer:
    """Keep the choice, and go back to the page it was made on."""
    if language not in i18n.LANGUAGES:
        abort(404)
    back = request.args.get("till", "")
    target = back if OWN_PATH.fullmatch(back) else url_for("help.index")
    return i18n.keep(make_response(redirect(target, 303)), language, secure=settings.https)
