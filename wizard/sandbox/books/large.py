"""Large books with a hundred thousand vouchers in a year, each generated on access."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

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

# Vouchers in each year, all divisible by four; measures compare the smallest with the largest.
YEARS = {2022: 1_000, 2023: 20_000, 2024: 20_000, 2025: 20_000, 2026: 100_000}
STARTS = dict(zip(YEARS, accumulate(YEARS.values(), initial=0), strict=False))
SAME = frozenset(("NumberSeries", "VoucherType", "SourceId"))
_KNOWN, _FIRST = list(STARTS), list(STARTS.values())
WITH_FILE = 4  # every fourth voucher has a document
# Ids contain the number, so that a voucher is found without an index.
VOUCHER_ID = "57042a00-{year:04d}-4000-8000-{number:012d}"
ATTACHMENT_ID = "57042a01-{year:04d}-4000-8000-{number:012d}"


def _year_id(year: int) -> str:
    return f"57042aff-{year:04d}-4000-8000-000000000000"


def _voucher(position: int) -> Voucher:
    year = _KNOWN[bisect_right(_FIRST, position) - 1]
    number = position - STARTS[year] + 1
    voucher_id = VOUCHER_ID.format(year=year, number=number)
    link = None
    if number % WITH_FILE == 0:
        attachment = ATTACHMENT_ID.format(year=year, number=number)
        link = Link(voucher_id, DocumentType.VOUCHER, (attachment,))
    day = date(year, 1, 1) + timedelta(days=number * 364 // YEARS[year])
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
    """The file of the last voucher in the group of four that begins at this position."""
    voucher = _voucher(position + WITH_FILE - 1)
    identity = voucher.link.attachment_ids[0] if voucher.link else ""
    title = f"Övningsfaktura {voucher.name} {voucher.date.year}"
    return Attachment(
        identity, ordinary("pdf", title), voucher.id, DocumentType.VOUCHER, voucher.date
    )


def _position(identity: str, pattern: str) -> int | None:
    """The position of the voucher with this id; None for a foreign id."""
    parts = identity.lower().split("-")
    if len(parts) != 5 or not parts[1].isdecimal() or not parts[4].isdecimal():
        return None
    year, number = int(parts[1]), int(parts[4])
    real = 1 <= number <= YEARS.get(year, 0)
    if not real or pattern.format(year=year, number=number) != identity.lower():
        return None
    return STARTS[year] + number - 1


class LargeBooks:
    """The books of a large company."""

    years: Sequence[FiscalYear] = tuple(
        FiscalYear(_year_id(year), date(year, 1, 1), date(year, 12, 31), year < max(YEARS))
        for year in YEARS
    )
    supplier_invoices: Sequence[Invoice] = ()
    customer_invoices: Sequence[Invoice] = ()

    def __init__(self) -> None:
        every = range(sum(YEARS.values()))
        self.vouchers: Sequence[Voucher] = Lazy(every, _voucher, frozenset(("VoucherDate",)))
        self.attachments: Sequence[Attachment] = Lazy(every[::WITH_FILE], _attachment)

    def of_year(self, year_id: str) -> Sequence[Voucher]:
        """The vouchers of a fiscal year."""
        for year, start in STARTS.items():
            if _year_id(year) == year_id:
                positions = range(start, start + YEARS[year])
                return Lazy(positions, _voucher, frozenset(("VoucherDate", "Number")), SAME)
        return ()

    def attachments_of(self, document_id: str) -> Sequence[Attachment]:
        """The files attached to an object, here always a voucher."""
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
        """The vouchers with a number: one in each year that has so many."""
        return [_voucher(STARTS[year] + number - 1) for year in YEARS if 1 <= number <= YEARS[year]]
