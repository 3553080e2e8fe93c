"""The records of a company's books, with ids that persist between starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Protocol

from wizard.sandbox.files.content import File


class DocumentType(IntEnum):
    """Visma's codes for what a file is attached to."""

    SUPPLIER_INVOICE = 1
    RECEIPT = 2
    VOUCHER = 3
    BANK_TRANSACTION = 8


class VoucherType(IntEnum):
    """The few of Visma's voucher types that the books use."""

    MANUAL = 2
    RECEIPT = 7
    BANK_WITHDRAWAL = 11
    SUPPLIER_INVOICE = 12
    SUPPLIER_CREDIT = 13
    CUSTOMER_INVOICE = 14
    CUSTOMER_CREDIT = 15


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A fiscal year."""

    id: str
    start: date
    end: date
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """The attachments of a voucher: the object that owns the files, and the files."""

    document_id: str
    document_type: DocumentType
    attachment_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher; it has two rows, generated from the amount."""

    id: str
    year_id: str
    series: str
    number: int
    date: date
    text: str
    type: VoucherType
    amount: float
    source_id: str | None = None
    link: Link | None = None
    imported: str | None = None

    @property
    def name(self) -> str:
        """Series and number, as in print."""
        return f"{self.series}{self.number}"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the archive, and what it is attached to."""

    id: str
    file: File
    document_id: str | None
    document_type: int
    day: date


@dataclass(frozen=True, slots=True)
class Invoice:
    """A supplier or customer invoice behind a voucher."""

    id: str
    number: int
    party: str
    amount: float
    day: date
    voucher: Voucher
    is_credit: bool
    attachment_ids: tuple[str, ...] = ()
    file: File | None = None


class Books(Protocol):
    """The interface of a company's books."""

    @property
    def years(self) -> Sequence[FiscalYear]:
        """The fiscal years, oldest first."""

    @property
    def vouchers(self) -> Sequence[Voucher]:
        """Every voucher, oldest year first, sorted by series and number."""

    @property
    def attachments(self) -> Sequence[Attachment]:
        """Every file in the archive."""

    @property
    def supplier_invoices(self) -> Sequence[Invoice]:
        """Every supplier invoice."""

    @property
    def customer_invoices(self) -> Sequence[Invoice]:
        """Every customer invoice."""

    def voucher(self, voucher_id: str) -> Voucher | None:
        """The voucher with an id."""

    def attachment(self, attachment_id: str) -> Attachment | None:
        """The file with an id."""

    def of_year(self, year_id: str) -> Sequence[Voucher]:
        """The vouchers of a fiscal year."""

    def attachments_of(self, document_id: str) -> Sequence[Attachment]:
        """The files attached to an object."""

    def numbered(self, number: int) -> Sequence[Voucher]:
        """The vouchers with a number, in any year and series, without a scan."""
