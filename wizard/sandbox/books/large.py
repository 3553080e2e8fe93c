"""A hundred thousand vouchers that nobody has written down: each is made when it is asked for."""

from collections.abc import Sequence
from datetime import date, timedelta

from wizard.sandbox.books.lazy import Lazy
from wizard.sandbox.books.records import (
    Attachment,
    DocumentType,
    FiscalYear,
    Invoice,
    Link,
    Voucher,
    VoucherType,
)
from wizard.sandbox.files.content import ordinary

YEARS = (2022, 2023, 2024, 2025, 2026)
PER_YEAR = 20_000
WITH_FILE = 4  # every fourth voucher has a document
# The number stands in the id itself, so that an id is found without a list of ids.
VOUCHER_ID = "57042a00-{year:04d}-4000-8000-{number:012d}"
ATTACHMENT_ID = "57042a01-{year:04d}-4000-8000-{number:012d}"


def _year_id(year: int) -> str:
    return f"57042aff-{year:04d}-4000-8000-000000000000"


def _voucher(position: int) -> Voucher:
    year, number = YEARS[position // PER_YEAR], position % PER_YEAR + 1
    voucher_id = VOUCHER_ID.format(year=year, number=number)
    link = None
    if number % WITH_FILE == 0:
        attachment = ATTACHMENT_ID.format(year=year, number=number)
        link = Link(voucher_id, DocumentType.VOUCHER, (attachment,))
    day = date(year, 1, 1) + timedelta(days=number * 364 // PER_YEAR)
    text = f"Inköp av papper {number}"
    amount = 100.0 + number
    return Voucher(
        voucher_id,
        _year_id(year),
        "A",
        number,
        day,
        text,
        VoucherType.MANUAL,
        amount,
        None,
        link,
    )


def _attachment(position: int) -> Attachment:
    """The file of the voucher that ends the group of four beginning here."""
    voucher = _voucher(position + WITH_FILE - 1)
    identity = voucher.link.attachment_ids[0] if voucher.link else ""
    title = f"Övningsfaktura {voucher.name} {voucher.date.year}"
    return Attachment(
        identity, ordinary("pdf", title), voucher.id, DocumentType.VOUCHER, voucher.date
    )


def _position(identity: str, pattern: str) -> int | None:
    """Where the voucher with this id stands, if it is one of ours."""
    parts = identity.lower().split("-")
    if len(parts) != 5 or not parts[1].isdecimal() or not parts[4].isdecimal():
        return None
    year, number = int(parts[1]), int(parts[4])
    real = year in YEARS and 1 <= number <= PER_YEAR
    if not real or pattern.format(year=year, number=number) != identity.lower():
        return None
    return YEARS.index(year) * PER_YEAR + number - 1


class LargeBooks:
    """The books of a large company."""

    years: Sequence[FiscalYear] = tuple(
        FiscalYear(_year_id(year), date(year, 1, 1), date(year, 12, 31), year < YEARS[-1])
        for year in YEARS
    )
    supplier_invoices: Sequence[Invoice] = ()
    customer_invoices: Sequence[Invoice] = ()

    def __init__(self) -> None:
        every = range(PER_YEAR * len(YEARS))
        self.vouchers: Sequence[Voucher] = Lazy(every, _voucher, frozenset(("VoucherDate",)))
        self.attachments: Sequence[Attachment] = Lazy(every[::WITH_FILE], _attachment)

    def of_year(self, year_id: str) -> Sequence[Voucher]:
        """The vouchers of a fiscal year."""
        for place, year in enumerate(self.years):
            if year.id == year_id:
                positions = range(place * PER_YEAR, (place + 1) * PER_YEAR)
                return Lazy(positions, _voucher, frozenset(("VoucherDate", "Number")))
        return ()

    def attachments_of(self, document_id: str) -> Sequence[Attachment]:
        """The files that belong to something, here always a voucher."""
        voucher = self.voucher(document_id)
        ids = voucher.link.attachment_ids if voucher and voucher.link else ()
        return [found for found in map(self.attachment, ids) if found]

    def voucher(self, voucher_id: str) -> Voucher | None:
        """The voucher with an id."""
        position = _position(voucher_id, VOUCHER_ID)
        return None if position is None else _voucher(position)

    def attachment(self, attachment_id: str) -> Attachment | None:
        """The file with an id."""
        position = _position(attachment_id, ATTACHMENT_ID)
        if position is None or (position + 1) % WITH_FILE:
            return None
        return _attachment(position - WITH_FILE + 1)

    def numbered(self, number: int) -> Sequence[Voucher]:
        """The vouchers with a number: one in each year."""
        if not 1 <= number <= PER_YEAR:
            return ()
        return [_voucher(year * PER_YEAR + number - 1) for year in range(len(YEARS))]
