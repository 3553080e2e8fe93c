"""The whole description: what spectree makes of the views, and what receivers of webhooks are sent."""

from typing import Any

from wizard.web.api.description import spec
from wizard.web.reference import messages


def document() -> dict[str, Any]:
    """The description as it is served, OpenAPI 3.1."""
    described: dict[str, Any] = spec.spec
    parts = described["components"]
    schemas = {**parts["schemas"], **messages.shapes()}
    return {
        **described,
        "components": {**parts, "schemas": schemas},
        "webhooks": messages.webhooks(),
    }
