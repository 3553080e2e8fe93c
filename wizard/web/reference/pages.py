"""The OpenAPI document prepared for the reference page: operations by tag, schemas, problems."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from wizard.causes import Cause
from wizard.web.api import problems as table
from wizard.web.api.problems import anchor, kind_of
from wizard.web.reference.examples import PREFIX, example, written

METHODS = ("get", "post", "delete")


@dataclass(frozen=True)
class Field:
    """A field of a schema, or a parameter of an operation."""

    name: str
    kind: str
    shape: str | None
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """An operation; ``takes`` names the schema of the request, ``gives`` that of each status.

    ``scope`` is what a key needs for it.
    """

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: list[Field]
    takes: str | None
    gives: list[tuple[str, str | None]]


@dataclass(frozen=True)
class Group:
    """The operations with one tag."""

    name: str
    description: str
    operations: list[Operation]


@dataclass(frozen=True)
class Shape:
    """A schema of a JSON object, with an example."""

    name: str
    description: str
    fields: list[Field]
    example: str


@dataclass(frozen=True)
class WebhookExample:
    """A type of webhook: its schema, and an example."""

    type: str
    description: str
    shape: str
    example: str


@dataclass(frozen=True)
class Explained:
    """A problem type: its cause, its HTML id on the page, its HTTP status and its title."""

    cause: str
    anchor: str
    status: int
    title: str


def groups(document: dict[str, Any]) -> list[Group]:
    """The operations grouped by tag, in alphabetical order of the tags."""
    found = [
        _operation(method.upper(), path, item[method])
        for path, item in sorted(document["paths"].items())
        for method in METHODS
        if method in item
    ]
    tags = {
        item[method]["operationId"]: item[method]["tags"][0]
        for item in document["paths"].values()
        for method in METHODS
        if method in item
    }
    return [
        Group(
            tag["name"],
            _translated(tag.get("description")),
            [operation for operation in found if tags[operation.id] == tag["name"]],
        )
        for tag in sorted(document["tags"], key=lambda tag: str(tag["name"]))
    ]


def shapes(document: dict[str, Any]) -> list[Shape]:
    """The schemas of all JSON objects, in alphabetical order."""
    known = document["components"]["schemas"]
    return [
        Shape(
            name,
            _translated(schema.get("description")),
            _fields(schema),
            written(example(schema, known)),
        )
        for name, schema in sorted(known.items())
        if schema.get("type") == "object"
    ]


def messages(document: dict[str, Any]) -> list[WebhookExample]:
    """All types of webhooks."""
    return [_webhook_example(kind, item["post"]) for kind, item in document["webhooks"].items()]


def problems() -> list[Explained]:
    """Every problem type; the causes of connections come from the table in wizard.causes."""
    general = [
        Explained(cause, anchor(cause), kind.status, _translated(kind.title))
        for cause, kind in table.KINDS.items()
    ]
    return general + [_explained(cause.value) for cause in Cause if cause.value not in table.KINDS]


def _explained(cause: str) -> Explained:
    kind = kind_of(cause)
    return Explained(cause, anchor(cause), kind.status, kind.title)


def _operation(method: str, path: str, described: dict[str, Any]) -> Operation:
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        id=described["operationId"],
        method=method,
        path=path,
        summary=_translated(described["summary"]),
        description=_translated(described["description"]),
        scope=described["security"][0]["key"][0],
        parameters=[_parameter(each) for each in described.get("parameters", [])],
        takes=_referred(body.get("schema", {})),
        gives=[(status, _given(answer)) for status, answer in described["responses"].items()],
    )


def _webhook_example(kind: str, described: dict[str, Any]) -> WebhookExample:
    content = described["requestBody"]["content"]["application/json"]
    shape = _referred(content["schema"]) or ""
    return WebhookExample(
        kind, _translated(described["summary"]), shape, written(content["example"])
    )


def _parameter(described: dict[str, Any]) -> Field:
    schema = described["schema"]
    return Field(
        described["name"],
        _kind(schema),
        None,
        bool(described.get("required")),
        _translated(described.get("description") or schema.get("description")),
    )


def _given(answer: dict[str, Any]) -> str | None:
    for mime, content in answer.get("content", {}).items():
        return _referred(content.get("schema", {})) or mime
    return None


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(
            name, _kind(each), _shape(each), name in required, _translated(each.get("description"))
        )
        for name, each in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """The type as short text, such as ``date-time`` or ``integer 1–100``."""
    if "anyOf" in schema:
        return " | ".join(_kind(each) for each in schema["anyOf"])
    if referred := _referred(schema):
        return referred
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    words = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    kind = str(schema.get("format") or schema.get("type"))
    return " | ".join(map(str, words)) if words else kind + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    """The bounds of a number or a length, and the default, as text."""
    least, most = schema.get("minimum"), schema.get("maximum", schema.get("maxLength"))
    span = f" {least}–{most}" if least and most else f" ≤ {most}" if most else ""
    default = schema.get("default")
    return f"{span} = {default}" if default else span


def _shape(schema: dict[str, Any]) -> str | None:
    """The name of the schema that a field refers to, if any."""
    for each in [schema, schema.get("items", {}), *schema.get("anyOf", [])]:
        if referred := _referred(each):
            return referred
    return None


def _referred(schema: dict[str, Any]) -> str | None:
    return str(schema["$ref"]).removeprefix(PREFIX) if "$ref" in schema else None


def _translated(message: str | None) -> str:
    """The message in the reader's language."""
    line = " ".join((message or "").split())
    return str(gettext(line)) if line else ""
