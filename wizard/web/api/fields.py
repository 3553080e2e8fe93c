"""Field types of the API: each is validated by the services' own rules and described in OpenAPI."""

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

from wizard.services.outbox import LONGEST_WORDS, clean_words
from wizard.services.values.email_addresses import EmailInvalidError, exact_email
from wizard.services.values.names import LONGEST
from wizard.services.values.organisation_numbers import clean_number
from wizard.services.values.own_words import company_name, fair_name
from wizard.services.values.references import LONGEST as LONGEST_REFERENCE
from wizard.services.values.references import clean_reference
from wizard.web.api.authentication import callers_own
from wizard.web.api.vocabulary import marked

ID_PATTERN = "^[23456789abcdefghjkmnpqrstvwxyz]{16}$"
ID_EXAMPLE = "k7m2c9x4t8h3w6pq"
NUMBER_PATTERN = "^[0-9]{6}-?[0-9]{4}$"
# Letters and digits of the alphabets that names are written in; control characters are excluded.
NAMED = "0-9A-Za-zÀ-ÖØ-öø-ɏΑ-ΡΣ-ώЀ-ҁא-תء-ي一-鿿"
NAME_PATTERN = rf"^[^\x00-\x1f\x7f-\x9f]*[{NAMED}][^\x00-\x1f\x7f-\x9f]*$"
WORDS_PATTERN = r"^[^\x00]+$"
LONGEST_EMAIL = 254


class Sent(BaseModel):
    """A request body: unknown fields are refused, and no value is converted to another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(BaseModel):
    """The query parameters of a request: unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid")


class Given(BaseModel):
    """A response body: every field is always present."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


def _as_stored(email: str) -> str:
    try:
        return exact_email(email)
    except EmailInvalidError:
        return ""


def _digits(text: object) -> object:
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise ValueError("digits")
    return text


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN), Field(examples=[ID_EXAMPLE])]
NAME_SCHEMA = WithJsonSchema(
    {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST,
        "pattern": NAME_PATTERN,
        "format": "one-line-name",
    }
)
NAMED_TEXT = StringConstraints(min_length=1, max_length=LONGEST, pattern=NAME_PATTERN)
Name = Annotated[
    str, NAMED_TEXT, AfterValidator(lambda text: fair_name(text, callers_own())), NAME_SCHEMA
]
CompanyName = Annotated[str, NAMED_TEXT, AfterValidator(company_name), NAME_SCHEMA]
OwnReference = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_REFERENCE, pattern=NAME_PATTERN),
    AfterValidator(clean_reference),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_REFERENCE,
            "pattern": NAME_PATTERN,
            "format": "own-reference",
        }
    ),
]
OrganisationNumber = Annotated[
    str,
    StringConstraints(pattern=NUMBER_PATTERN),
    AfterValidator(clean_number),
    WithJsonSchema({"type": "string", "pattern": NUMBER_PATTERN, "format": "organisation-number"}),
]
NumberAsked = Annotated[  # an impossible number is not an error: no company has it
    str,
    StringConstraints(pattern=NUMBER_PATTERN),
    AfterValidator(lambda text: text.replace("-", "")),
]
Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=LONGEST_EMAIL),
    AfterValidator(exact_email),
    WithJsonSchema(
        {"type": "string", "minLength": 3, "maxLength": LONGEST_EMAIL, "format": "email"}
    ),
]
EmailAsked = Annotated[  # an impossible address is not an error: no member has it
    str,
    StringConstraints(min_length=3, max_length=LONGEST_EMAIL),
    AfterValidator(_as_stored),
    Field(json_schema_extra={"format": "email"}),
]
OwnWords = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LONGEST_WORDS, pattern=WORDS_PATTERN),
    AfterValidator(lambda text: clean_words(text, callers_own())),
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
InvitationStatusName = Annotated[
    Literal["created", "sent", "started", "connected", "expired", "withdrawn", "declined"],
    Field(
        description=marked(
            "The invitation’s status. Created, sent and started invitations are open; the other statuses are final"
        )
    ),
]
MoveName = Annotated[
    Literal["we", "firm", "approver", "provider", "nobody"],
    Field(
        description=marked(
            "Whose move it is: ours (we), the firm’s, the approver’s or the accounting program’s (provider); nobody: there is nothing to do"
        )
    ),
]
ImportStatusName = Annotated[
    Literal["read", "running", "done", "undone"],
    Field(
        description=marked(
            "The import’s status. Read: its lines are judged and nothing is done; running: the background is at it; done and undone are final"
        )
    ),
]
LineFateName = Annotated[
    Literal[
        "new",
        "exists",
        "invited",
        "connected",
        "duplicate",
        "number_wrong",
        "check_digit_wrong",
        "name_wrong",
        "address_wrong",
        "contact_wrong",
        "language_wrong",
        "responsible_wrong",
        "reference_wrong",
    ],
    Field(
        description=marked(
            "What becomes of the line. New and exists are added, completed and invited; invited and connected are there already; the others are left out"
        )
    ),
]
ConnectionStatusName = Annotated[
    Literal["active", "disturbed", "our_fault", "renewal_needed", "disconnected"],
    Field(
        description=marked(
            "The connection’s status. Disturbed: the accounting program does not answer, and we try again. Our_fault: something is wrong with us, and we mend it. Renewal_needed: somebody must approve again"
        )
    ),
]


def optional(schema: dict[str, Any]) -> None:
    """Describe a parameter as optional without a default, and never null."""
    schema.pop("default", None)
