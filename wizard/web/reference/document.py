"""The whole description: what spectree makes of the views, and what receivers of webhooks are sent."""

from typing import Any

from wizard.extensions import settings
from wizard.web.api.description import HEADERS, spec
from wizard.web.reference import messages


def document() -> dict[str, Any]:
    """The description as it is served, OpenAPI 3.1."""
    described: dict[str, Any] = spec.spec
    parts = described["components"]
    bodies = {name: schema for name, schema in parts["schemas"].items() if _is_body(name)}
    schemas = {**bodies, **messages.shapes()}
    return {
        **described,
        "servers": [{"url": settings.public_url}],
        "components": {**parts, "schemas": schemas},
        "webhooks": messages.webhooks(),
    }


def _is_body(name: str) -> bool:
    """Headers and queries are described where they are sent, parameter by parameter."""
    return name not in HEADERS and not name.endswith("Asked")
