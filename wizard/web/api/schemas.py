"""The shapes of the API: what it takes, strictly, and what it answers with."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from wizard.web.api.fields import (
    DIGITS,
    Asked,
    ConnectionWord,
    Email,
    EmailAsked,
    Given,
    Id,
    InvitationWord,
    Name,
    NumberAsked,
    OrganisationNumber,
    OwnWords,
    Sent,
    TenDigits,
    optional,
)
from wizard.web.api.words import marked


class PageAsked(Asked):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=100), DIGITS] = Field(
        50, description=marked("How many, at most")
    )
    after: Id | SkipJsonSchema[None] = Field(
        None,
        description=marked("The next of the page before: what comes after it"),
        json_schema_extra=optional,
    )


class CompaniesAsked(PageAsked):
    """Which companies."""

    organisation_number: NumberAsked | SkipJsonSchema[None] = Field(
        None,
        description=marked("Only the company with this number"),
        examples=["559900-1079"],
        json_schema_extra=optional,
    )


class ConnectionsAsked(CompaniesAsked):
    """Which connections."""

    status: ConnectionWord | SkipJsonSchema[None] = Field(
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
    sender: EmailAsked | None = Field(
        None,
        description=marked(
            "The address a member of the firm signs in with here: the invitation is hers, and she is told what happens"
        ),
        examples=["maria@example.com"],
    )


class NewHandover(Sent):
    """Who is on her way, and to which company."""

    user_email: EmailAsked = Field(
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
    name: str = Field(examples=["Norrtälje Bokbinderi AB"])
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
        examples=["https://koppla.example.se/foretag/k7m2c9x4t8h3w6pq/ladda-upp-data"],
        json_schema_extra={"format": "uri"},
    )


class Invitation(Given):
    """The right to approve a connection for one company, for fourteen days."""

    id: Id
    company: CompanySummary
    status: InvitationWord
    code: str = Field(
        description=marked("What the approver can read out on the phone"), examples=["4F7KXT"]
    )
    created_at: datetime
    expires_at: datetime = Field(examples=["2026-12-06T09:30:15Z"])
    started_at: datetime | None = Field(examples=[None])
    ended_at: datetime | None = Field(examples=[None])


class InvitationWithLink(Invitation):
    """An invitation and a link to it, which stands in this answer and nowhere else."""

    link: str | None = Field(
        description=marked(
            "A new secret address for the approver, shown this once; null when the invitation has ended"
        ),
        examples=["https://koppla.example.se/k/its-secret"],
        json_schema_extra={"format": "uri"},
    )


class Connection(Given):
    """A company's living grant, and how it is."""

    id: Id
    company: CompanySummary
    provider: str = Field(description=marked("The accounting program, as one word"))
    status: ConnectionWord
    status_since: datetime
    cause: str | None = Field(
        description=marked("Why it does not work, as one of the causes"), examples=[None]
    )
    last_read_at: datetime = Field(description=marked("When something was last read for real"))
    read_only: bool = Field(description=marked("The company is closed for changes"))
    created_at: datetime
    renewed_at: datetime | None = Field(examples=[None])
    ended_at: datetime | None = Field(examples=[None])


class Handover(Given):
    """The way in for one member, once."""

    url: str = Field(
        description=marked("Send the member's browser here; it works once"),
        examples=["https://koppla.example.se/overlamning/its-secret"],
        json_schema_extra={"format": "uri"},
    )
    expires_at: datetime = Field(examples=["2026-11-22T09:31:15Z"])


class CompanyList(Given):
    """A page of companies."""

    items: list[Company]
    next: str | None = Field(
        description=marked("Send as after for the next page; null on the last"),
        examples=[None],
    )


class ConnectionList(Given):
    """A page of connections."""

    items: list[Connection]
    next: str | None = Field(
        description=marked("Send as after for the next page; null on the last"),
        examples=[None],
    )


class FieldError(Given):
    """What is not right, and where."""

    part: Literal["body", "query", "header", "path"] = Field(alias="in")
    pointer: str = Field(
        description=marked("A JSON pointer into the body, or the name of the parameter"),
        examples=["/organisation_number"],
    )
    detail: str = Field(examples=["The value is not right"])


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(
        description=marked("Names the cause; the address explains it"),
        examples=["https://koppla.example.se/api/v1/#problem-invalid"],
        json_schema_extra={"format": "uri"},
    )
    title: str = Field(examples=["Something in the request is not right"])
    status: int = Field(ge=400, le=599, examples=[422])
    cause: str = Field(
        pattern="^[a-z_]+$",
        description=marked("The cause as one word, to decide on"),
        examples=["invalid"],
    )
    detail: str = Field(
        default="", description=marked("What is particular to this time"), examples=[""]
    )
    errors: list[FieldError] = Field(default=[])
