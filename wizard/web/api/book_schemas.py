"""The shapes of vouchers and documents."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from wizard.web.api.fields import DIGITS, Asked, Given, optional
from wizard.web.api.words import marked

Amount = Annotated[
    str, StringConstraints(pattern="^-?[0-9]+([.][0-9]+)?$"), Field(examples=["1250.00"])
]


class VouchersAsked(Asked):
    """Which vouchers of a fiscal year."""

    number: Annotated[int, Field(ge=1, le=999_999_999), DIGITS] | SkipJsonSchema[None] = Field(
        None,
        description=marked("Only vouchers with this number: mostly one or none"),
        examples=[12],
        json_schema_extra=optional,
    )
    series: (
        Annotated[str, StringConstraints(pattern="^[A-Za-z0-9ÅÄÖåäö]{1,10}$")]
        | SkipJsonSchema[None]
    ) = Field(
        None,
        description=marked("With the number: only in this series, such as A"),
        examples=["A"],
        json_schema_extra=optional,
    )
    page: Annotated[int, Field(ge=1, le=100_000), DIGITS] = Field(
        1,
        description=marked("Without a number: which page of the year, newest first"),
    )


class Parted(BaseModel):
    """Which part of a file."""

    range: Annotated[str, StringConstraints(max_length=200)] | SkipJsonSchema[None] = Field(
        None,
        alias="Range",
        examples=["bytes=0-65535"],
        description=marked("One part of the file, as bytes=0-65535; else the whole is given"),
        json_schema_extra=optional,
    )


class FiscalYear(Given):
    """A fiscal year of a connected company."""

    id: str = Field(
        description=marked("The accounting program's id"),
        examples=["f8c2cbe5-1db5-57b7-b823-457c8ac5866a"],
    )
    start: date = Field(examples=["2026-01-01"])
    end: date = Field(description=marked("The last day"))


class FiscalYearList(Given):
    """The fiscal years, the newest first."""

    items: list[FiscalYear]


class VoucherRow(Given):
    """A row of a voucher; the amount that is not used is zero."""

    account: str = Field(examples=["6110"])
    account_name: str = Field(examples=["Kontorsmaterial"])
    debit: Amount
    credit: Amount = Field(examples=["0.00"])
    text: str = Field(examples=["Pärmar"])


class Voucher(Given):
    """A voucher of the company's books."""

    id: str = Field(
        description=marked("The accounting program's id"),
        examples=["9a01801d-7992-55eb-89dd-572728734ac0"],
    )
    year_id: str = Field(examples=["f8c2cbe5-1db5-57b7-b823-457c8ac5866a"])
    label: str = Field(description=marked("What people call it, such as A12"), examples=["A12"])
    series: str = Field(examples=["A"])
    number: int | None = Field(examples=[12])
    day: date | None = Field(examples=["2026-03-04"])
    text: str = Field(examples=["Leverantörsfaktura"])
    rows: list[VoucherRow]


class VoucherList(Given):
    """Vouchers with a number, or a page of the year's."""

    items: list[Voucher]
    page: int
    pages: int
    total: int


class Document(Given):
    """A file behind a voucher; its kind is known when it is opened."""

    id: str = Field(
        description=marked("The accounting program's id"),
        examples=["f2f54c00-c28b-51ba-a547-3fd96ff05a26"],
    )
    name: str = Field(
        description=marked("What somebody called the file; proves nothing"),
        examples=["faktura-1017.pdf"],
    )


class DocumentList(Given):
    """The files behind a voucher, wherever the accounting program keeps them."""

    items: list[Document]
