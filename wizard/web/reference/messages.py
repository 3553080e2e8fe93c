"""What receivers of webhooks are sent, described as the API is: its shapes, and every message as it looks."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema, models_json_schema

from wizard.causes import Cause
from wizard.models import WebhookType
from wizard.services.webhooks import TYPES
from wizard.web.addresses import for_letters
from wizard.web.api.fields import ConnectionWord, Id, optional
from wizard.web.api.words import marked
from wizard.web.webhooks.wording import KINDS
from wizard.webhooks.messages import message

SCHEMAS = "#/components/schemas/"
MOMENT = datetime(2026, 11, 22, 9, 30, 15, 123000, UTC)
MESSAGE, COMPANY = "4h7kxw2m9pqr8tzn", "k7m2c9x4t8h3w6pq"
INVITATION, CONNECTION = "w5r8n3e7y2g6j9bq", "c3t9m6z2p8h4k7xd"
CAUSES = {
    WebhookType.CONNECTION_RENEWAL_NEEDED: Cause.CONSENT_ENDED,
    WebhookType.CONNECTION_DISTURBED: Cause.PROVIDER_UNAVAILABLE,
}


def _address(schema: dict[str, Any]) -> None:
    optional(schema)
    schema["format"] = "uri"


class Told(BaseModel):
    """More names may come without a new version."""

    model_config = ConfigDict(extra="allow")


class InvitationFacts(Told):
    """Which invitation, and how it is."""

    company_id: Id
    invitation_id: Id
    status: Literal["started", "declined", "expired"]


class ConnectionFacts(Told):
    """Which connection, and how it is."""

    company_id: Id
    connection_id: Id
    invitation_id: Id | SkipJsonSchema[None] = Field(
        None,
        description=marked("The invitation that a new connection was made by"),
        json_schema_extra=optional,
    )
    status: ConnectionWord
    cause: str | SkipJsonSchema[None] = Field(
        None,
        description=marked("Why it does not work, as one of the causes"),
        examples=[Cause.CONSENT_ENDED.value],
        json_schema_extra=optional,
    )
    renewal_page: str | SkipJsonSchema[None] = Field(
        None,
        description=marked("When it needs to be renewed: our page where a member does so"),
        examples=["https://koppla.example.se/foretag/k7m2c9x4t8h3w6pq/ladda-upp-data"],
        json_schema_extra=_address,
    )


class Message(Told):
    """The beginning of every message."""

    version: Literal[1] = Field(description=marked("Raised when a name changes or goes"))
    id: Annotated[str, StringConstraints(pattern="^msg_")] = Field(
        description=marked("The same at every try, as in webhook-id"),
        examples=["msg_4h7kxw2m9pqr8tzn"],
    )
    timestamp: datetime = Field(description=marked("When it happened"))


class InvitationMessage(Message):
    """What has happened to an invitation."""

    type: Literal[
        "invitation.started",
        "invitation.handed_over",
        "invitation.declined",
        "invitation.expired",
    ]
    sequence: int = Field(ge=1, description=marked("1, 2, 3 and so on for each receiver"))
    data: InvitationFacts


class ConnectionMessage(Message):
    """What has happened to a connection."""

    type: Literal[
        "connection.active",
        "connection.renewal_needed",
        "connection.disturbed",
        "connection.restored",
        "connection.ended",
    ]
    sequence: int = Field(ge=1, description=marked("1, 2, 3 and so on for each receiver"))
    data: ConnectionFacts


class TrialMessage(Message):
    """What the button that sends a test sends."""

    type: Literal["test"]
    sequence: None = Field(description=marked("A test has no place in the order"))
    data: dict[str, Any]


MODELS = {"invitation": InvitationMessage, "connection": ConnectionMessage, "test": TrialMessage}
HEADERS = {
    "webhook-id": "The message's id",
    "webhook-timestamp": "When this try was signed, in seconds since 1970",
    "webhook-signature": "One signature or two, as Standard Webhooks says",
}


@cache
def shapes() -> dict[str, Any]:
    """The schemas of the messages, by name."""
    wanted: list[Any] = [(model, "serialization") for model in MODELS.values()]
    _, found = models_json_schema(wanted, ref_template=f"{SCHEMAS}{{model}}")
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def examples() -> dict[WebhookType, dict[str, Any]]:
    """Every message there is, made as those that are sent."""
    page = for_letters().company
    made = {
        kind: message(MESSAGE, kind, MOMENT, _sequence(kind), _facts(kind), [], page)
        for kind in WebhookType
    }
    return {kind: json.loads(each.body) for kind, each in made.items()}


def webhooks() -> dict[str, Any]:
    """The messages as OpenAPI describes them: requests that others answer."""
    return {kind.value: {"post": _described(kind, said)} for kind, said in examples().items()}


def _described(kind: WebhookType, example: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": SCHEMAS + MODELS[_group(kind)].__name__}
    return {
        "operationId": f"tell_{kind.value.replace('.', '_')}",
        "summary": KINDS[kind],
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": description,
                "schema": {"type": "string"},
            }
            for name, description in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": example}},
        },
        "responses": {
            "2XX": {"description": "It is stored; nothing more is sent of it"},
            "410": {"description": "Send nothing more here"},
            "default": {"description": "It is sent again later"},
        },
    }


def _group(kind: WebhookType) -> str:
    return kind.value.partition(".")[0]


def _sequence(kind: WebhookType) -> int | None:
    return None if kind is WebhookType.TEST else 17


def _facts(kind: WebhookType) -> dict[str, str]:
    """What is announced when it happens."""
    status = next((said for known, said in TYPES.values() if known is kind), None)
    if status is None:
        return {}
    about = {
        "invitation": {"invitation_id": INVITATION},
        "connection": {"connection_id": CONNECTION},
    }
    facts = {"company_id": COMPANY, **about[_group(kind)], "status": status}
    if kind is WebhookType.CONNECTION_ACTIVE:
        facts["invitation_id"] = INVITATION
    if kind in CAUSES:
        facts["cause"] = CAUSES[kind].value
    return facts
