"""Request and response bodies of the API; requests are validated strictly."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from wizard.web.api.fields import (
    DIGITS,
    Asked,
    CompanyName,
    ConnectionStatusName,
    Email,
    EmailAsked,
    Given,
    Id,
    InvitationStatusName,
    MoveName,
    Name,
    NumberAsked,
    OrganisationNumber,
    OwnReference,
    OwnWords,
    Sent,
    TenDigits,
    optional,
)
from wizard.web.api.vocabulary import marked


class PageAsked(Asked):
    """Query parameters that select a page of a list."""

    limit: Annotated[int, Field(ge=1, le=100), DIGITS] = Field(
        50, description=marked("The largest number of items in the response")
    )
    after: Id | SkipJsonSchema[None] = Field(
        None,
        description=marked(
            "The value of next from the previous page; leave it out for the first page"
        ),
        json_schema_extra=optional,
    )


class CompaniesAsked(PageAsked):
    """Query parameters of the list of companies."""

    organisation_number: NumberAsked | SkipJsonSchema[None] = Field(
        None,
        description=marked(
            "Only the company with this organisation number, with or without a hyphen"
        ),
        examples=["559900-1079"],
        json_schema_extra=optional,
    )
    own_reference: (
        Annotated[str, StringConstraints(min_length=1, max_length=50)] | SkipJsonSchema[None]
    ) = Field(
        None,
        description=marked("Only companies with this own reference, whatever its case"),
        examples=["1042"],
        json_schema_extra=optional,
    )


class ConnectionsAsked(CompaniesAsked):
    """Query parameters of the list of connections."""

    status: ConnectionStatusName | SkipJsonSchema[None] = Field(
        None,
        description=marked("Only connections with this status"),
        json_schema_extra=optional,
    )


class Repeatable(BaseModel):
    """The header that makes a creation safe to send again."""

    idempotency_key: (
        Annotated[str, StringConstraints(pattern="^[!-~]+$", min_length=1, max_length=255)]
        | SkipJsonSchema[None]
    ) = Field(
        None,
        alias="Idempotency-Key",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
        json_schema_extra=optional,
        description=marked(
            "A unique value that you choose for each creation. A request repeated within 24 hours with the same value and body creates nothing more"
        ),
    )


class NewCompany(Sent):
    """A company to add to the firm."""

    name: CompanyName = Field(
        description=marked("The company’s name, as in the accounting program"),
        examples=["Norrtälje Bokbinderi AB"],
    )
    organisation_number: OrganisationNumber = Field(
        description=marked(
            "The organisation number: ten digits, with or without a hyphen. A sole trader’s is the personal identity number"
        ),
        examples=["559900-1079"],
    )
    own_reference: OwnReference | None = Field(
        None,
        description=marked("The firm’s own reference, such as its client number; null: none"),
        examples=["1042"],
    )


class NewInvitation(Sent):
    """An invitation to connect a company; it is mailed if an address is given."""

    email: Email | None = Field(
        None,
        description=marked(
            "The mail address to send the invitation to; null or left out: nothing is mailed"
        ),
        examples=["frida@example.com"],
    )
    name: Name | None = Field(
        None,
        description=marked("The recipient’s name, used in the mail; null: the mail names nobody"),
        examples=["Frida Fors"],
    )
    language: Literal["sv", "en"] = Field(
        "sv", description=marked("The language of the mail: Swedish (sv) or English (en)")
    )
    words: OwnWords | None = Field(
        None,
        description=marked(
            "The sender’s own message in the mail: plain text without web or mail addresses, but those of the firm; null: no message"
        ),
        examples=["Ring mig gärna!"],
    )
    sender: EmailAsked | None = Field(
        None,
        description=marked(
            "The mail address of a member of the firm. The invitation is sent in the member’s name, and the member is notified about it; null: no sender"
        ),
        examples=["maria@example.com"],
    )


class NewHandover(Sent):
    """The member to sign in, and the company to open."""

    user_email: EmailAsked = Field(
        description=marked("The mail address that the member signs in with here"),
        examples=["maria@example.com"],
    )
    company_id: Id = Field(description=marked("The id of the company whose page is opened"))


class ConnectionSummary(Given):
    """The id and status of a company’s connection."""

    id: Id = Field(description=marked("The connection’s id"))
    status: ConnectionStatusName


class InvitationSummary(Given):
    """The id and status of a company’s newest invitation."""

    id: Id = Field(description=marked("The invitation’s id"))
    status: InvitationStatusName


class CompanySummary(Given):
    """The company this belongs to."""

    id: Id = Field(description=marked("The company’s id"))
    name: str = Field(
        description=marked("The company’s name"), examples=["Norrtälje Bokbinderi AB"]
    )
    organisation_number: TenDigits = Field(
        description=marked("The organisation number: ten digits without a hyphen")
    )
    own_reference: str | None = Field(
        description=marked("The firm’s own reference, such as its client number; null: none"),
        examples=["1042"],
    )


class Company(CompanySummary):
    """A client company of the firm."""

    responsible: str | None = Field(
        description=marked(
            "The mail address of the member who is responsible for the company; null: nobody"
        ),
        examples=["maria@example.com"],
    )
    created_at: datetime = Field(description=marked("When the company was added (RFC 3339, UTC)"))
    archived_at: datetime | None = Field(
        description=marked("When the company was archived (RFC 3339, UTC); null: it is not"),
        examples=[None],
    )
    connection: ConnectionSummary | None = Field(
        description=marked(
            "The company’s connection; null if it has none or the last one is disconnected"
        )
    )
    invitation: InvitationSummary | None = Field(
        description=marked("The company’s newest invitation; null if it has never been invited")
    )
    move: MoveName
    move_since: datetime = Field(
        description=marked("Since when it is so (RFC 3339, UTC)"),
    )
    step: Literal["welcome", "permission", "bookkeeping", "company", "approve"] | None = Field(
        description=marked("The step that the approver has come to; null: nobody is waited for")
    )
    last_cause: str | None = Field(
        description=marked(
            "The code of the problem that stopped the connection, or the last attempt; null: none"
        ),
        examples=[None],
    )
    upload_url: str = Field(
        description=marked(
            "The address of our page for the company’s data, for signed-in members of the firm"
        ),
        examples=["https://koppla.example.se/foretag/k7m2c9x4t8h3w6pq/ladda-upp-data"],
        json_schema_extra={"format": "uri"},
    )


class Invitation(Given):
    """An invitation for the approver of one company; it is valid for fourteen days."""

    id: Id = Field(description=marked("The invitation’s id"))
    company: CompanySummary
    status: InvitationStatusName
    code: str = Field(
        description=marked("A code that identifies the invitation when the approver calls support"),
        examples=["4F7KXT"],
    )
    created_at: datetime = Field(
        description=marked("When the invitation was created (RFC 3339, UTC)")
    )
    expires_at: datetime = Field(
        description=marked("When the invitation stops working (RFC 3339, UTC)"),
        examples=["2026-12-06T09:30:15Z"],
    )
    started_at: datetime | None = Field(
        description=marked("When the approver started (RFC 3339, UTC); null: not yet"),
        examples=[None],
    )
    ended_at: datetime | None = Field(
        description=marked(
            "When the invitation was used, withdrawn or declined, or expired (RFC 3339, UTC); null: still open"
        ),
        examples=[None],
    )


class InvitationWithLink(Invitation):
    """An invitation and a new link to it. The link is returned in this response only."""

    link: str | None = Field(
        description=marked(
            "A new secret link for the approver, returned only once; null if the invitation has ended"
        ),
        examples=["https://koppla.example.se/k/its-secret"],
        json_schema_extra={"format": "uri"},
    )


class Connection(Given):
    """A company’s connection to its accounting program, and its status."""

    id: Id = Field(description=marked("The connection’s id"))
    company: CompanySummary
    provider: str = Field(description=marked("The identifier of the accounting program"))
    status: ConnectionStatusName
    status_since: datetime = Field(
        description=marked("Since when the connection has this status (RFC 3339, UTC)")
    )
    cause: str | None = Field(
        description=marked("The code of the problem that explains the status; null: no problem"),
        examples=[None],
    )
    last_read_at: datetime = Field(
        description=marked(
            "When data was last read successfully from the accounting program (RFC 3339, UTC)"
        )
    )
    consent_ends_on: date | None = Field(
        description=marked(
            "The last day on which data is read, as approved or as the firm has set it (a date in Sweden); null: none"
        ),
        examples=["2027-12-31"],
    )
    read_only: bool = Field(
        description=marked("True if the accounting program allows no changes to the company")
    )
    created_at: datetime = Field(
        description=marked("When the connection was created (RFC 3339, UTC)")
    )
    renewed_at: datetime | None = Field(
        description=marked("When it was last approved again (RFC 3339, UTC); null: never"),
        examples=[None],
    )
    ended_at: datetime | None = Field(
        description=marked("When it was disconnected (RFC 3339, UTC); null: not disconnected"),
        examples=[None],
    )


class Handover(Given):
    """An address that signs one member in, once."""

    url: str = Field(
        description=marked("Redirect the member’s browser to this address; it works once"),
        examples=["https://koppla.example.se/overlamning/its-secret"],
        json_schema_extra={"format": "uri"},
    )
    expires_at: datetime = Field(
        description=marked("When the address stops working (RFC 3339, UTC)"),
        examples=["2026-11-22T09:31:15Z"],
    )


class CompanyList(Given):
    """A page of the list of companies."""

    items: list[Company] = Field(description=marked("The companies, oldest first"))
    next: str | None = Field(
        description=marked("The value of after that gives the next page; null on the last page"),
        examples=[None],
    )


class ConnectionList(Given):
    """A page of the list of connections."""

    items: list[Connection] = Field(description=marked("The connections, oldest first"))
    next: str | None = Field(
        description=marked("The value of after that gives the next page; null on the last page"),
        examples=[None],
    )


class FieldError(Given):
    """An invalid field or parameter of the request."""

    part: Literal["body", "query", "header", "path"] = Field(
        alias="in", description=marked("The part of the request that holds the value")
    )
    pointer: str = Field(
        description=marked("A JSON pointer (RFC 6901) into the body, or the name of the parameter"),
        examples=["/organisation_number"],
    )
    detail: str = Field(
        description=marked("What is wrong, in English, for people"),
        examples=["The value is not valid"],
    )


class Problem(BaseModel):
    """An error response (RFC 9457)."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(
        description=marked("The URI of the problem type; it leads to the explanation on this page"),
        examples=["https://koppla.example.se/api/v1/#problem-invalid"],
        json_schema_extra={"format": "uri"},
    )
    title: str = Field(
        description=marked("A short summary of the problem type, in English, for people"),
        examples=["The request is not valid"],
    )
    status: int = Field(ge=400, le=599, description=marked("The HTTP status code"), examples=[422])
    cause: str = Field(
        pattern="^[a-z_]+$",
        description=marked("The code of the problem type; base your program’s decisions on it"),
        examples=["invalid"],
    )
    detail: str = Field(
        default="",
        description=marked("Details of this occurrence, in English, for people"),
        examples=[""],
    )
    errors: list[FieldError] = Field(
        default=[], description=marked("The invalid fields and parameters, if any")
    )
    reference: str = Field(
        default="",
        description=marked(
            "Of an error with us: mention it to who runs the service, who finds it in the log"
        ),
        examples=[""],
    )
