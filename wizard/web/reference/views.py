"""The API's description: the document itself, and a page of our own that is read from it."""

from flask import Blueprint, Response, jsonify, render_template

from wizard.extensions import settings
from wizard.web.access import Answer
from wizard.web.reference.document import document
from wizard.web.reference.pages import groups, messages, problems, shapes

blueprint = Blueprint("reference", __name__)


@blueprint.get("/api/v1/")
def index() -> Answer:
    """What the API can do, read from its own description."""
    described = document()
    return render_template(
        "reference/index.html",
        groups=groups(described),
        messages=messages(described),
        shapes=shapes(described),
        problems=problems(),
        root=settings.public_url,
    )


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    """The description, as OpenAPI 3.1."""
    return jsonify(document())
