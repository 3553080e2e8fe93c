"""The complete OpenAPI document: spectree's description of the views, and the webhooks."""

from typing import Any

from wizard.extensions import settings
from wizard.web.api.description import HEADERS, spec
from wizard.web.reference import messages


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document as it is served."""
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
    """True if the schema is a body; headers and queries are described as parameters instead."""
    return name not in HEADERS and not name.endswith("Asked")
