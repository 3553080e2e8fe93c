"""Choosing a language, which a cookie remembers."""

from flask import Blueprint, abort, make_response, redirect, request, url_for

from wizard.extensions import settings
from wizard.web import i18n
from wizard.web.auth.landing import OWN_PATH
from wizard.web.hooks.access import ViewResponse

blueprint = Blueprint("language", __name__)


@blueprint.get("/sprak/<language>")
def choose(language: str) -> ViewResponse:
    """Store the language in a cookie, and return to the page of the switch."""
    if language not in i18n.LANGUAGES:
        abort(404)
    back = request.args.get("till", "")
    target = back if OWN_PATH.fullmatch(back) else url_for("help.index")
    return i18n.keep(make_response(redirect(target, 303)), language, secure=settings.https)
