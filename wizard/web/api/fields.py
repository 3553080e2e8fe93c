"""What fields of the API may hold: checked by the services' own words, and described for others."""

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from wizard.services.letters import LONGEST_WORDS, clean_words
from wizard.services.names import LONGEST, clean_name
from wizard.services.organisation_numbers import clean_number
from wizard.services.staff import clean_email

ID_PATTERN = "^[23456789abcdefghjkmnpqrstvwxyz]{16}$"
ID_EXAMPLE = "k7m2c9x4t8h3w6pq"
NUMBER_PATTERN = "^[0-9]{6}-?[0-9]{4}$"
LONGEST_EMAIL = 254


class Sent(BaseModel):
    """A body: nothing in it that is not named here, and nothing taken for something else."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """A query: nothing in it that is not named here."""

    model_config = ConfigDict(extra="forbid")


class Given(BaseModel):
    """An answer: all of it always there."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


def _storable(text: str) -> str:
    """Text that a database has a place for."""
    if any(letter == "\0" or unicodedata.category(letter) == "Cs" for letter in text):
        raise ValueError("unstorable")
    return text


def _digits(text: object) -> object:
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise ValueError("digits")
    return text


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN), Field(examples=[ID_EXAMPLE])]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST),
    AfterValidator(clean_name),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": LONGEST, "format": "one-line-name"}
    ),
]
OrganisationNumber = Annotated[
    str,
    StringConstraints(pattern=NUMBER_PATTERN),
    AfterValidator(clean_number),
    WithJsonSchema({"type": "string", "pattern": NUMBER_PATTERN, "format": "organisation-number"}),
]
Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=LONGEST_EMAIL),
    AfterValidator(clean_email),
    WithJsonSchema(
        {"type": "string", "minLength": 3, "maxLength": LONGEST_EMAIL, "format": "email"}
    ),
]
OwnWords = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_WORDS),
    AfterValidator(_storable),
    AfterValidator(clean_words),
    WithJsonSchema(
        {"type": "string", "minLength": 1, "maxLength": LONGEST_WORDS, "format": "plain-words"}
    ),
]
DIGITS = BeforeValidator(_digits)
TenDigits = Annotated[str, StringConstraints(pattern="^[0-9]{10}$"), Field(examples=["5599001079"])]
InvitationWord = Literal[
    "created", "sent", "started", "connected", "expired", "withdrawn", "declined"
]
ConnectionWord = Literal["active", "disturbed", "renewal_needed", "disconnected"]


def optional(schema: dict[str, Any]) -> None:
    """A parameter that may be left out has no value then, and cannot be null."""
    schema.pop("default", None)
