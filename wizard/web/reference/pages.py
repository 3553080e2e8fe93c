"""The API's description as its page shows it: operations by kind, shapes, and what each problem means."""

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
    """A field of a shape or a parameter of an operation."""

    name: str
    kind: str
    shape: str | None
    required: bool
    description: str


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked for."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    takes: str | None
    gives: list[tuple[str, str | None]]


@dataclass(frozen=True)
class Group:
    """What can be asked for of one kind."""

    name: str
    description: str
    operations: list[Operation]


@dataclass(frozen=True)
class Shape:
    """A JSON object."""

    name: str
    description: str
    fields: list[Field]
    example: str


@dataclass(frozen=True)
class Told:
    """A message that receivers of webhooks are sent."""

    type: str
    description: str
    shape: str
    example: str


@dataclass(frozen=True)
class Explained:
    """A cause, where it is explained, and what it says."""

    cause: str
    anchor: str
    status: int
    title: str


def groups(document: dict[str, Any]) -> list[Group]:
    """The operations, by their tags, in the order of the tags' first use."""
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
            _said(tag.get("description")),
            [operation for operation in found if tags[operation.id] == tag["name"]],
        )
        for tag in sorted(document["tags"], key=lambda tag: str(tag["name"]))
    ]


def shapes(document: dict[str, Any]) -> list[Shape]:
    """The JSON objects that are sent and answered."""
    known = document["components"]["schemas"]
    return [
        Shape(
            name,
            _said(schema.get("description")),
            _fields(schema),
            written(example(schema, known)),
        )
        for name, schema in sorted(known.items())
        if schema.get("type") == "object"
    ]


def messages(document: dict[str, Any]) -> list[Told]:
    """What receivers of webhooks are sent."""
    return [_told(kind, item["post"]) for kind, item in document["webhooks"].items()]


def problems() -> list[Explained]:
    """Every cause an answer can name; those of connections are the table of causes."""
    general = [
        Explained(cause, anchor(cause), kind.status, _said(kind.title))
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
        summary=_said(described["summary"]),
        description=_said(described["description"]),
        parameters=[_parameter(each) for each in described.get("parameters", [])],
        takes=_referred(body.get("schema", {})),
        gives=[(status, _given(answer)) for status, answer in described["responses"].items()],
    )


def _told(kind: str, described: dict[str, Any]) -> Told:
    content = described["requestBody"]["content"]["application/json"]
    shape = _referred(content["schema"]) or ""
    return Told(kind, _said(described["summary"]), shape, written(content["example"]))


def _parameter(described: dict[str, Any]) -> Field:
    schema = described["schema"]
    return Field(
        described["name"],
        _kind(schema),
        None,
        bool(described.get("required")),
        _said(described.get("description") or schema.get("description")),
    )


def _given(answer: dict[str, Any]) -> str | None:
    for mime, content in answer.get("content", {}).items():
        return _referred(content.get("schema", {})) or mime
    return None


def _fields(schema: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    return [
        Field(name, _kind(each), _shape(each), name in required, _said(each.get("description")))
        for name, each in schema.get("properties", {}).items()
    ]


def _kind(schema: dict[str, Any]) -> str:
    """The type in a word or two."""
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
    """The least and the most, of a number or in characters, and what it is when it is left out."""
    least, most = schema.get("minimum"), schema.get("maximum", schema.get("maxLength"))
    span = f" {least}–{most}" if least and most else f" ≤ {most}" if most else ""
    default = schema.get("default")
    return f"{span} = {default}" if default else span


def _shape(schema: dict[str, Any]) -> str | None:
    """The shape a field leads to."""
    for each in [schema, schema.get("items", {}), *schema.get("anyOf", [])]:
        if referred := _referred(each):
            return referred
    return None


def _referred(schema: dict[str, Any]) -> str | None:
    return str(schema["$ref"]).removeprefix(PREFIX) if "$ref" in schema else None


def _said(message: str | None) -> str:
    """The words in the reader's language."""
    line = " ".join((message or "").split())
    return str(gettext(line)) if line else ""
