"""The shapes of the API: what it takes, strictly, and what it answers with."""

import unicodedata
from datetime import date, datetime
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
from pydantic.json_schema import SkipJsonSchema

from wizard.services.letters import LONGEST_WORDS, clean_words
from wizard.services.names import LONGEST, clean_name
from wizard.services.organisation_numbers import clean_number
from wizard.services.staff import clean_email
from wizard.web.api.words import marked

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
Amount = Annotated[
    str, StringConstraints(pattern="^-?[0-9]+([.][0-9]+)?$"), Field(examples=["1250.00"])
]
InvitationWord = Literal[
    "created", "sent", "started", "connected", "expired", "withdrawn", "declined"
]
ConnectionWord = Literal["active", "disturbed", "renewal_needed", "disconnected"]


def _optional(schema: dict[str, Any]) -> None:
    """A parameter that may be left out has no value then, and cannot be null."""
    schema.pop("default", None)


class PageAsked(Asked):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=100), DIGITS] = Field(
        50, description=marked("How many, at most")
    )
    after: Id | SkipJsonSchema[None] = Field(
        None,
        description=marked("The next of the page before: what comes after it"),
        json_schema_extra=_optional,
    )


class CompaniesAsked(PageAsked):
    """Which companies."""

    organisation_number: OrganisationNumber | SkipJsonSchema[None] = Field(
        None,
        description=marked("Only the company with this number"),
        json_schema_extra=_optional,
    )


class ConnectionsAsked(CompaniesAsked):
    """Which connections."""

    status: ConnectionWord | SkipJsonSchema[None] = Field(
        None,
        description=marked("Only connections with this status"),
        json_schema_extra=_optional,
    )


class VouchersAsked(Asked):
    """Which vouchers of a fiscal year."""

    number: Annotated[int, Field(ge=1, le=999_999_999), DIGITS] | SkipJsonSchema[None] = Field(
        None,
        description=marked("Only vouchers with this number: mostly one or none"),
        json_schema_extra=_optional,
    )
    series: (
        Annotated[str, StringConstraints(pattern="^[A-Za-z0-9ÅÄÖåäö]{1,10}$")]
        | SkipJsonSchema[None]
    ) = Field(
        None,
        description=marked("With the number: only in this series, such as A"),
        json_schema_extra=_optional,
    )
    page: Annotated[int, Field(ge=1, le=100_000), DIGITS] = Field(
        1,
        description=marked("Without a number: which page of the year, newest first"),
    )


class Repeatable(BaseModel):
    """The header that makes a creation safe to send again."""

    idempotency_key: (
        Annotated[str, StringConstraints(pattern="^[!-~]+$", min_length=1, max_length=255)]
        | SkipJsonSchema[None]
    ) = Field(
        None,
        alias="Idempotency-Key",
        json_schema_extra=_optional,
        description=marked(
            "Made by you, one for each creation. Sent again within 24 hours with the same body, nothing is made twice"
        ),
    )


class NewCompany(Sent):
    """A company to add."""

    name: Name = Field(
        description=marked("As it stands in the accounting program"),
        examples=["Norrtälje Bokbinderi AB"],
    )
    organisation_number: OrganisationNumber = Field(
        description=marked("Ten digits; for a sole trader the personal number"),
        examples=["559900-1079"],
    )


class NewInvitation(Sent):
    """An invitation to connect; mailed as well if an address is given."""

    email: Email | None = Field(
        None,
        description=marked("Where we mail the invitation; without it nothing is mailed"),
        examples=["frida@example.com"],
    )
    name: Name | None = Field(
        None, description=marked("The name of the one it is mailed to"), examples=["Frida Fors"]
    )
    language: Literal["sv", "en"] = Field("sv", description=marked("The language of the mail"))
    words: OwnWords | None = Field(
        None,
        description=marked("A line of the sender's own in the mail, without web addresses"),
        examples=["Ring mig gärna!"],
    )
    sender: Email | None = Field(
        None,
        description=marked(
            "The address a member of the firm signs in with here: the invitation is hers, and she is told what happens"
        ),
        examples=["maria@example.com"],
    )


class NewHandover(Sent):
    """Who is on her way, and to which company."""

    user_email: Email = Field(
        description=marked("The address the member signs in with here"),
        examples=["maria@example.com"],
    )
    company_id: Id = Field(description=marked("The company she comes for"))


class ConnectionSummary(Given):
    """A company's connection."""

    id: Id
    status: ConnectionWord


class InvitationSummary(Given):
    """A company's newest invitation."""

    id: Id
    status: InvitationWord


class CompanySummary(Given):
    """Whose it is."""

    id: Id
    name: str
    organisation_number: TenDigits


class Company(CompanySummary):
    """A client company of the firm."""

    created_at: datetime
    connection: ConnectionSummary | None = Field(
        description=marked("The connection, unless it is disconnected or was never made")
    )
    invitation: InvitationSummary | None = Field(description=marked("The newest invitation"))
    upload_url: str = Field(
        description=marked("Our page for the company's data, for its members"),
        json_schema_extra={"format": "uri"},
    )


class Invitation(Given):
    """The right to approve a connection for one company, for fourteen days."""

    id: Id
    company: CompanySummary
    status: InvitationWord
    code: str = Field(description=marked("What the approver can read out on the phone"))
    created_at: datetime
    expires_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class InvitationWithLink(Invitation):
    """An invitation and a link to it, which stands in this answer and nowhere else."""

    link: str | None = Field(
        description=marked(
            "A new secret address for the approver, shown this once; null when the invitation has ended"
        ),
        json_schema_extra={"format": "uri"},
    )


class Connection(Given):
    """A company's living grant, and how it is."""

    id: Id
    company: CompanySummary
    provider: str = Field(description=marked("The accounting program, as one word"))
    status: ConnectionWord
    status_since: datetime
    cause: str | None = Field(description=marked("Why it does not work, as one of the causes"))
    last_read_at: datetime = Field(description=marked("When something was last read for real"))
    read_only: bool = Field(description=marked("The company is closed for changes"))
    created_at: datetime
    renewed_at: datetime | None
    ended_at: datetime | None


class Handover(Given):
    """The way in for one member, once."""

    url: str = Field(
        description=marked("Send the member's browser here; it works once"),
        json_schema_extra={"format": "uri"},
    )
    expires_at: datetime


class CompanyList(Given):
    """A page of companies."""

    items: list[Company]
    next: str | None = Field(
        description=marked("Send as after for the next page; null on the last")
    )


class ConnectionList(Given):
    """A page of connections."""

    items: list[Connection]
    next: str | None = Field(
        description=marked("Send as after for the next page; null on the last")
    )


class FiscalYear(Given):
    """A fiscal year of a connected company."""

    id: str = Field(description=marked("The accounting program's id"))
    start: date
    end: date = Field(description=marked("The last day"))


class FiscalYearList(Given):
    """The fiscal years, the newest first."""

    items: list[FiscalYear]


class VoucherRow(Given):
    """A row of a voucher; the amount that is not used is zero."""

    account: str
    account_name: str
    debit: Amount
    credit: Amount
    text: str


class Voucher(Given):
    """A voucher of the company's books."""

    id: str = Field(description=marked("The accounting program's id"))
    year_id: str
    label: str = Field(description=marked("What people call it, such as A12"))
    series: str
    number: int | None
    day: date | None
    text: str
    rows: list[VoucherRow]


class VoucherList(Given):
    """Vouchers with a number, or a page of the year's."""

    items: list[Voucher]
    page: int
    pages: int
    total: int


class Document(Given):
    """A file behind a voucher; its kind is known when it is opened."""

    id: str = Field(description=marked("The accounting program's id"))
    name: str = Field(description=marked("What somebody called the file; proves nothing"))


class DocumentList(Given):
    """The files behind a voucher, wherever the accounting program keeps them."""

    items: list[Document]


class FieldError(Given):
    """What is not right, and where."""

    part: Literal["body", "query", "header", "path"] = Field(alias="in")
    pointer: str = Field(
        description=marked("A JSON pointer into the body, or the name of the parameter")
    )
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(
        description=marked("Names the cause; the address explains it"),
        json_schema_extra={"format": "uri"},
    )
    title: str
    status: int = Field(ge=400, le=599)
    cause: str = Field(
        pattern="^[a-z_]+$", description=marked("The cause as one word, to decide on")
    )
    detail: str = Field(default="", description=marked("What is particular to this time"))
    errors: list[FieldError] = Field(default=[])
