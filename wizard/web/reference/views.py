"""The OpenAPI document, and the reference page that is rendered from it."""

from flask import Blueprint, Response, jsonify, render_template

from wizard.extensions import settings
from wizard.web.hooks.access import ViewResponse
from wizard.web.reference.document import document
from wizard.web.reference.pages import groups, messages, problems, shapes

blueprint = Blueprint("reference", __name__)


@blueprint.get("/api/v1/")
def index() -> ViewResponse:
    """The reference page, rendered from the OpenAPI document."""
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
    """The OpenAPI 3.1 document as JSON."""
    return jsonify(document())
