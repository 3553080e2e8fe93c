"""The logos of firms, as pictures that browsers keep."""

from flask import Blueprint, Response, abort

from wizard.extensions import database
from wizard.services.accounts import logos
from wizard.web.hooks.assets import YEAR_SECONDS

blueprint = Blueprint("logo", __name__)


@blueprint.get("/logotyp/<logo_id>")
def image(logo_id: str) -> Response:
    """Send the logo at this address, which is new with every logo and cannot be guessed."""
    found = logos.find_logo(database.session, logo_id)
    if found is None:
        abort(404)
    content, media_type = found
    response = Response(content, mimetype=media_type)
    response.cache_control.public, response.cache_control.max_age = True, YEAR_SECONDS
    response.cache_control.immutable = True
    return response
