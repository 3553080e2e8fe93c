"""The API's description: the document itself, and a page of our own that is read from it."""

from flask import Blueprint, Response, jsonify, render_template

from wizard.web.access import Answer
from wizard.web.api.description import spec
from wizard.web.reference.pages import groups, problems, shapes

blueprint = Blueprint("reference", __name__)


@blueprint.get("/api/v1/")
def index() -> Answer:
    """What the API can do, read from its own description."""
    return render_template(
        "reference/index.html",
        groups=groups(spec.spec),
        shapes=shapes(spec.spec),
        problems=problems(),
    )


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    """The description, as OpenAPI 3.1."""
    return jsonify(spec.spec)
