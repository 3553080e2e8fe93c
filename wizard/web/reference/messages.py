"""The OpenAPI description of webhooks: their schemas, and an example of every message."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema, models_json_schema

from wizard.causes import Cause
from wizard.models import WebhookType, Whose
from wizard.services.webhooks.announcing import TYPES
from wizard.web.api.fields import ConnectionStatusName, Id, MoveName, optional
from wizard.web.api.vocabulary import marked
from wizard.web.webhooks.wording import KINDS
from wizard.webhooks.messages import message
from wizard.wiring.addresses import for_letters

SCHEMAS = "#/components/schemas/"
MOVES = {
    WebhookType.INVITATION_BOUNCED: Whose.FIRM,
    WebhookType.INVITATION_DECLINED: Whose.FIRM,
    WebhookType.INVITATION_EXPIRED: Whose.FIRM,
    WebhookType.CONNECTION_RENEWAL_NEEDED: Whose.FIRM,
    WebhookType.CONNECTION_DISTURBED: Whose.PROVIDER,
}
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


def _own_reference() -> Any:
    return Field(
        None,
        description=marked("The firm’s own reference to the company; left out: none"),
        examples=["1042"],
        json_schema_extra=optional,
    )


def _move() -> Any:
    return Field(
        None,
        description=marked("Whose move it is after the event; left out of older messages"),
        json_schema_extra=optional,
    )


class WebhookBody(BaseModel):
    """A part of a webhook body; new fields may be added without a new version."""

    model_config = ConfigDict(extra="allow")


class InvitationFacts(WebhookBody):
    """The invitation that a webhook is about, and its status."""

    company_id: Id = Field(description=marked("The company’s id"))
    own_reference: str | SkipJsonSchema[None] = _own_reference()
    invitation_id: Id = Field(description=marked("The invitation’s id"))
    status: Literal["created", "sent", "started", "declined", "expired"] = Field(
        description=marked("The invitation’s status after the event")
    )
    move: MoveName | SkipJsonSchema[None] = _move()


class ConnectionFacts(WebhookBody):
    """The connection that a webhook is about, and its status."""

    company_id: Id = Field(description=marked("The company’s id"))
    own_reference: str | SkipJsonSchema[None] = _own_reference()
    connection_id: Id = Field(description=marked("The connection’s id"))
    invitation_id: Id | SkipJsonSchema[None] = Field(
        None,
        description=marked(
            "The id of the invitation that created the connection; left out when the connection existed before"
        ),
        json_schema_extra=optional,
    )
    status: ConnectionStatusName = Field(
        description=marked("The connection’s status after the event")
    )
    move: MoveName | SkipJsonSchema[None] = _move()
    cause: str | SkipJsonSchema[None] = Field(
        None,
        description=marked(
            "The code of the problem that explains the status; left out: no problem"
        ),
        examples=[Cause.CONSENT_ENDED.value],
        json_schema_extra=optional,
    )
    renewal_page: str | SkipJsonSchema[None] = Field(
        None,
        description=marked(
            "The address of our page where a signed-in member renews the connection; only in connection.renewal_needed"
        ),
        examples=["https://koppla.example.se/foretag/k7m2c9x4t8h3w6pq/ladda-upp-data"],
        json_schema_extra=_address,
    )


class Message(WebhookBody):
    """The fields that every webhook has."""

    version: Literal[1] = Field(
        description=marked("The version of the format; raised when a field is changed or removed")
    )
    id: Annotated[str, StringConstraints(pattern="^msg_")] = Field(
        description=marked(
            "The message’s id, the same in every attempt and in the header webhook-id"
        ),
        examples=["msg_4h7kxw2m9pqr8tzn"],
    )
    timestamp: datetime = Field(
        description=marked("When the event happened (RFC 3339, UTC, milliseconds)")
    )


class InvitationMessage(Message):
    """A webhook about an event of an invitation."""

    type: Literal[
        "invitation.started",
        "invitation.handed_over",
        "invitation.stuck",
        "invitation.bounced",
        "invitation.declined",
        "invitation.expired",
    ]
    sequence: int = Field(
        ge=1, description=marked("The message’s number for this receiver: 1, 2, 3 and so on")
    )
    data: InvitationFacts


class ConnectionMessage(Message):
    """A webhook about an event of a connection."""

    type: Literal[
        "connection.active",
        "connection.renewal_needed",
        "connection.disturbed",
        "connection.restored",
        "connection.ended",
    ]
    sequence: int = Field(
        ge=1, description=marked("The message’s number for this receiver: 1, 2, 3 and so on")
    )
    data: ConnectionFacts


class TrialMessage(Message):
    """A test message, which an administrator sends by hand."""

    type: Literal["test"]
    sequence: None = Field(description=marked("Always null: a test has no number"))
    data: dict[str, Any] = Field(description=marked("Always empty"))


MODELS = {"invitation": InvitationMessage, "connection": ConnectionMessage, "test": TrialMessage}
HEADERS = {
    "webhook-id": "The message’s id, the same in every attempt",
    "webhook-timestamp": "When this attempt was signed, in seconds since 1970-01-01 UTC",
    "webhook-signature": "One signature, or two while a secret is being changed, separated by a space (Standard Webhooks)",
}


@cache
def shapes() -> dict[str, Any]:
    """The JSON schemas of the webhook bodies, by name."""
    wanted: list[Any] = [(model, "serialization") for model in MODELS.values()]
    _, found = models_json_schema(wanted, ref_template=f"{SCHEMAS}{{model}}")
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def examples() -> dict[WebhookType, dict[str, Any]]:
    """An example of every type of message, made by the code that makes real ones."""
    page = for_letters().company
    made = {
        kind: message(MESSAGE, kind, MOMENT, _sequence(kind), _facts(kind), [], page)
        for kind in WebhookType
    }
    return {kind: json.loads(each.body) for kind, each in made.items()}


def webhooks() -> dict[str, Any]:
    """The webhooks object of OpenAPI 3.1, by type of message."""
    return {kind.value: {"post": _described(kind, example)} for kind, example in examples().items()}


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
            "2XX": {"description": "The message has been received and is not sent again"},
            "410": {"description": "The receiver no longer exists; sending is paused"},
            "default": {"description": "The message is sent again later"},
        },
    }


def _group(kind: WebhookType) -> str:
    return kind.value.partition(".")[0]


def _sequence(kind: WebhookType) -> int | None:
    return None if kind is WebhookType.TEST else 17


def _facts(kind: WebhookType) -> dict[str, str]:
    """The data of an example message of this type."""
    status = next((said for known, said in TYPES.values() if known is kind), None)
    if status is None:
        return {}
    about = {
        "invitation": {"invitation_id": INVITATION},
        "connection": {"connection_id": CONNECTION},
    }
    move = MOVES.get(kind, Whose.APPROVER if _group(kind) == "invitation" else Whose.NOBODY)
    facts = {
        "company_id": COMPANY,
        **about[_group(kind)],
        "status": status,
        "move": move.value,
    }
    if kind is WebhookType.CONNECTION_ACTIVE:
        facts["invitation_id"] = INVITATION
    if kind in CAUSES:
        facts["cause"] = CAUSES[kind].value
    return facts
