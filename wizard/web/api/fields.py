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
from wizard.services.staff import EmailInvalidError, clean_email

ID_PATTERN = "^[23456789abcdefghjkmnpqrstvwxyz]{16}$"
ID_EXAMPLE = "k7m2c9x4t8h3w6pq"
NUMBER_PATTERN = "^[0-9]{6}-?[0-9]{4}$"
# A letter or digit of an alphabet that names here are written in, and no control characters.
NAMED = "0-9A-Za-zÀ-ÖØ-öø-ɏΑ-ΡΣ-ώЀ-ҁא-תء-ي一-鿿"
NAME_PATTERN = rf"^[^\x00-\x1f\x7f-\x9f]*[{NAMED}][^\x00-\x1f\x7f-\x9f]*$"
WORDS_PATTERN = r"^[^\x00]+$"
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


def _seen(text: str) -> str:
    """Text without what cannot be seen, such as letters that no alphabet has yet."""
    return "".join(letter for letter in text if not unicodedata.category(letter).startswith("C"))


def _as_stored(email: str) -> str:
    try:
        return clean_email(email)
    except EmailInvalidError:
        return ""


def _digits(text: object) -> object:
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise ValueError("digits")
    return text


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN), Field(examples=[ID_EXAMPLE])]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST, pattern=NAME_PATTERN),
    AfterValidator(_seen),
    AfterValidator(clean_name),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST,
            "pattern": NAME_PATTERN,
            "format": "one-line-name",
        }
    ),
]
OrganisationNumber = Annotated[
    str,
    StringConstraints(pattern=NUMBER_PATTERN),
    AfterValidator(clean_number),
    WithJsonSchema({"type": "string", "pattern": NUMBER_PATTERN, "format": "organisation-number"}),
]
NumberAsked = Annotated[  # one that no company can have is a company that is not there
    str,
    StringConstraints(pattern=NUMBER_PATTERN),
    AfterValidator(lambda text: text.replace("-", "")),
]
Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=LONGEST_EMAIL),
    AfterValidator(clean_email),
    WithJsonSchema(
        {"type": "string", "minLength": 3, "maxLength": LONGEST_EMAIL, "format": "email"}
    ),
]
EmailAsked = Annotated[  # one that nobody can have is a member who is not there
    str,
    StringConstraints(min_length=3, max_length=LONGEST_EMAIL),
    AfterValidator(_as_stored),
    Field(json_schema_extra={"format": "email"}),
]
OwnWords = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_WORDS, pattern=WORDS_PATTERN),
    AfterValidator(clean_words),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_WORDS,
            "pattern": WORDS_PATTERN,
            "format": "plain-words",
        }
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
