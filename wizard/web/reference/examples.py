"""Example values, made from JSON schemas."""

import json
from typing import Any

PREFIX = "#/components/schemas/"
FORMATS = {"date-time": "2026-11-22T09:30:15Z", "date": "2026-12-31"}
PLAIN = {"boolean": False, "integer": 1, "null": None, "string": "…"}


def example(schema: dict[str, Any], shapes: dict[str, Any]) -> Any:
    """A value that is valid for the schema; ``shapes`` are the schemas that it refers to, by name."""
    if "$ref" in schema:
        return example(shapes[schema["$ref"].removeprefix(PREFIX)], shapes)
    for known in ("examples", "enum"):
        if known in schema:
            return schema[known][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return example({**schema["anyOf"][0], **_own_examples(schema)}, shapes)
    if schema["type"] == "array":
        return [example(schema["items"], shapes)]
    if schema["type"] == "object":
        named = schema.get("properties", {})
        return {name: example(each, shapes) for name, each in named.items()}
    return FORMATS.get(schema.get("format", ""), PLAIN[schema["type"]])


def written(value: Any) -> str:
    """The value as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def _own_examples(schema: dict[str, Any]) -> dict[str, Any]:
    return {"examples": schema["examples"]} if "examples" in schema else {}
