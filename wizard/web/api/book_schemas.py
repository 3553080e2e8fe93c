"""Query parameters and response bodies for fiscal years, vouchers and documents."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from wizard.web.api.fields import DIGITS, Asked, Given, Sent, optional
from wizard.web.api.vocabulary import marked

Amount = Annotated[
    str, StringConstraints(pattern="^-?[0-9]+([.][0-9]+)?$"), Field(examples=["1250.00"])
]


class VouchersAsked(Asked):
    """Query parameters that select vouchers of a fiscal year."""

    number: Annotated[int, Field(ge=1, le=999_999_999), DIGITS] | SkipJsonSchema[None] = Field(
        None,
        description=marked("Only vouchers with this number; usually one or none"),
        examples=[12],
        json_schema_extra=optional,
    )
    series: (
        Annotated[str, StringConstraints(pattern="^[A-Za-z0-9ÅÄÖåäö]{1,10}$")]
        | SkipJsonSchema[None]
    ) = Field(
        None,
        description=marked("Together with number: only vouchers in this series, such as A"),
        examples=["A"],
        json_schema_extra=optional,
    )
    imported_number: (
        Annotated[str, StringConstraints(min_length=1, max_length=32)] | SkipJsonSchema[None]
    ) = Field(
        None,
        description=marked(
            "Without number: only vouchers that had this label in the books they were imported from"
        ),
        examples=["L 103"],
        json_schema_extra=optional,
    )
    page: Annotated[int, Field(ge=1, le=100_000), DIGITS] = Field(
        1,
        description=marked(
            "Without number: the page to return, counted from 1, newest vouchers first"
        ),
    )


class Sample(Sent):
    """The vouchers whose documents are wanted."""

    vouchers: Annotated[str, StringConstraints(min_length=1, max_length=40_000)] = Field(
        description=marked(
            "Series and numbers, with commas or line breaks between, and ranges: at most 500 vouchers"
        ),
        examples=["A1, A3-A5"],
    )


class Parted(BaseModel):
    """The Range header, which asks for a part of a file (RFC 9110)."""

    range: Annotated[str, StringConstraints(max_length=200)] | SkipJsonSchema[None] = Field(
        None,
        alias="Range",
        examples=["bytes=0-65535"],
        description=marked(
            "A single byte range (RFC 9110), such as bytes=0-65535; left out: the whole file"
        ),
        json_schema_extra=optional,
    )


class FiscalYear(Given):
    """A fiscal year of a connected company."""

    id: str = Field(
        description=marked("The accounting program’s id of the fiscal year"),
        examples=["f8c2cbe5-1db5-57b7-b823-457c8ac5866a"],
    )
    start: date = Field(
        description=marked("The first day (ISO 8601 date)"), examples=["2026-01-01"]
    )
    end: date = Field(description=marked("The last day, inclusive (ISO 8601 date)"))


class FiscalYearList(Given):
    """All fiscal years of a company, newest first."""

    items: list[FiscalYear] = Field(description=marked("The fiscal years, newest first"))


class VoucherRow(Given):
    """A row of a voucher: either debit or credit is zero."""

    account: str = Field(description=marked("The account number"), examples=["6110"])
    account_name: str = Field(
        description=marked("The name of the account"), examples=["Kontorsmaterial"]
    )
    debit: Amount = Field(
        description=marked("The debit amount in the company’s currency, as a decimal string")
    )
    credit: Amount = Field(
        description=marked("The credit amount in the company’s currency, as a decimal string"),
        examples=["0.00"],
    )
    text: str = Field(
        description=marked("The text of the row; empty if it has none"), examples=["Pärmar"]
    )


class Voucher(Given):
    """A voucher in the company’s books."""

    id: str = Field(
        description=marked("The accounting program’s id of the voucher"),
        examples=["9a01801d-7992-55eb-89dd-572728734ac0"],
    )
    year_id: str = Field(
        description=marked("The id of the fiscal year that the voucher belongs to"),
        examples=["f8c2cbe5-1db5-57b7-b823-457c8ac5866a"],
    )
    label: str = Field(
        description=marked("Series and number together, as printed in the books, such as A12"),
        examples=["A12"],
    )
    series: str = Field(
        description=marked("The voucher series; empty if it has none"), examples=["A"]
    )
    number: int | None = Field(
        description=marked("The number in the series; null if it has none"), examples=[12]
    )
    day: date | None = Field(
        description=marked("The voucher date (ISO 8601 date); null if it has none"),
        examples=["2026-03-04"],
    )
    text: str = Field(
        description=marked("The text of the voucher; empty if it has none"),
        examples=["Leverantörsfaktura"],
    )
    imported_number: str | None = Field(
        description=marked(
            "The label in the books that the voucher was imported from; null if it was not imported"
        ),
        examples=["L 103"],
    )
    has_documents: bool | None = Field(
        description=marked(
            "Whether files are attached; null where only the list of the voucher’s documents can tell"
        )
    )
    rows: list[VoucherRow] = Field(description=marked("The rows of the voucher"))


class VoucherList(Given):
    """The vouchers that match a number, or a page of all vouchers of the year."""

    items: list[Voucher] = Field(description=marked("The vouchers, newest first"))
    page: int = Field(description=marked("The number of this page, counted from 1"))
    pages: int = Field(description=marked("The number of pages"))
    total: int = Field(description=marked("The number of vouchers on all pages"))


class Document(Given):
    """A file attached to a voucher. The response with the file’s content tells its media type."""

    id: str = Field(
        description=marked("The accounting program’s id of the file"),
        examples=["f2f54c00-c28b-51ba-a547-3fd96ff05a26"],
    )
    name: str = Field(
        description=marked(
            "The file name from the accounting program; it says nothing certain about the content"
        ),
        examples=["faktura-1017.pdf"],
    )


class DocumentList(Given):
    """All files of a voucher, including those of the invoice or receipt behind it."""

    items: list[Document] = Field(description=marked("The files"))
