"""Request and response bodies about imports of companies."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from wizard.web.api.fields import (
    DIGITS,
    Asked,
    Given,
    Id,
    ImportStatusName,
    LineFateName,
    Sent,
    optional,
)
from wizard.web.api.vocabulary import marked


class ImportLinesAsked(Asked):
    """Query parameters of the lines of an import."""

    limit: Annotated[int, Field(ge=1, le=500), DIGITS] = Field(
        100, description=marked("The largest number of items in the response")
    )
    after: Annotated[int, Field(ge=1, le=10_000_000), DIGITS] | SkipJsonSchema[None] = Field(
        None,
        description=marked(
            "The value of next from the previous page; leave it out for the first page"
        ),
        json_schema_extra=optional,
    )


class NewImport(Sent):
    """A list of companies to add to the firm, and to invite if so wished."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)] = Field(
        description=marked(
            "A table of at most 5,000 lines: comma, semicolon or tab between cells. Columns are known by their headings in Swedish or English, else by their content: organisation number, name, the contact’s mail and name, language, responsible, own reference"
        ),
        examples=["Orgnr;Namn;Mejl\n559900-1079;Norrtälje Bokbinderi AB;frida@example.com"],
    )
    start: bool = Field(
        True,
        description=marked("False: the lines are only judged, and nothing is done"),
    )
    invite: bool = Field(
        False,
        description=marked(
            "Mail an invitation to the contact of each line that is added or not invited yet; the first mail goes after five minutes, and the caps of a day spread them over days"
        ),
    )


class Import(Given):
    """A list of companies that was handed in, and how far it has come."""

    id: Id = Field(description=marked("The import’s id"))
    status: ImportStatusName
    lines: int = Field(ge=0, description=marked("The number of lines"), examples=[200])
    fates: dict[LineFateName, int] = Field(
        description=marked("How many lines there are of each fate"),
        examples=[{"new": 198, "check_digit_wrong": 2}],
    )
    to_add: int = Field(ge=0, description=marked("Companies to add or to complete"), examples=[198])
    added: int = Field(ge=0, description=marked("Those that are done"), examples=[198])
    to_mail: int = Field(ge=0, description=marked("Lines with a mail address"), examples=[190])
    mailed: int = Field(ge=0, description=marked("Those that a mail was asked for"), examples=[20])
    created_at: datetime = Field(description=marked("When the list was handed in (RFC 3339, UTC)"))
    ended_at: datetime | None = Field(
        description=marked("When the import was done or undone (RFC 3339, UTC); null: not yet"),
        examples=[None],
    )


class ImportLine(Given):
    """What becomes of one line of an import."""

    number: int = Field(ge=1, description=marked("The number of the line, from 1"), examples=[2])
    fate: LineFateName
    wrong: str | None = Field(
        description=marked("The value that is wrong; null: none"), examples=["559900-1078"]
    )
    duplicate_of: int | None = Field(
        description=marked("The number of the line with the same company; null: none"),
        examples=[None],
    )
    company_id: Id | None = Field(
        description=marked("The company’s id; null: it is not added yet"), examples=[None]
    )


class ImportLineList(Given):
    """A page of the lines of an import."""

    items: list[ImportLine] = Field(description=marked("The lines, in their order"))
    next: int | None = Field(
        description=marked("The value of after that gives the next page; null on the last page"),
        examples=[None],
    )
