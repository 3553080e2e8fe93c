"""Small books, defined voucher by voucher and held in lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from wizard.sandbox.books.records import (
    Attachment,
    DocumentType,
    FiscalYear,
    Invoice,
    Link,
    Voucher,
    VoucherType,
)
from wizard.sandbox.files.content import File, ordinary

SUPPLIER = "Påhittade Pappershandeln AB"
CUSTOMER = "Uppdiktade Förlaget AB"


@dataclass
class Entry:
    """An entry of a plan, from which a voucher is created."""

    text: str
    type: VoucherType = VoucherType.MANUAL
    kinds: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    hangs_on: DocumentType = DocumentType.VOUCHER
    linked: bool = True  # False: the files are found by the source only
    empty_link: bool = False
    series: str = "A"
    imported: str | None = None  # the number in the books that it came from


@dataclass
class SmallBooks:
    """Books in lists, filled by `write`."""

    company: str
    years: Sequence[FiscalYear] = ()
    vouchers: list[Voucher] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    supplier_invoices: list[Invoice] = field(default_factory=list)
    customer_invoices: list[Invoice] = field(default_factory=list)

    def voucher(self, voucher_id: str) -> Voucher | None:
        """The voucher with an id."""
        return next((each for each in self.vouchers if each.id == voucher_id), None)

    def attachment(self, attachment_id: str) -> Attachment | None:
        """The file with an id."""
        return next((each for each in self.attachments if each.id == attachment_id), None)

    def of_year(self, year_id: str) -> Sequence[Voucher]:
        """The vouchers of a fiscal year."""
        return [each for each in self.vouchers if each.year_id == year_id]

    def attachments_of(self, document_id: str) -> Sequence[Attachment]:
        """The files attached to an object."""
        return [each for each in self.attachments if each.document_id == document_id]

    def numbered(self, number: int) -> Sequence[Voucher]:
        """The vouchers with a number."""
        return [each for each in self.vouchers if each.number == number]

    def identify(self, *parts: object) -> str:
        """A new id in these books, the same at every start."""
        return str(uuid5(NAMESPACE_URL, f"ovning:{self.company}:{':'.join(map(str, parts))}"))

    def open_year(self, year: int, *, locked: bool = False) -> FiscalYear:
        """Add a calendar year."""
        start, end = date(year, 1, 1), date(year, 12, 31)
        opened = FiscalYear(self.identify("year", year), start, end, locked)
        self.years = (*self.years, opened)
        return opened

    def write(self, year: FiscalYear, entries: Sequence[Entry]) -> None:
        """Create vouchers from the entries, numbered from 1 in each series, three days apart."""
        numbers: dict[str, int] = {}
        for position, entry in enumerate(entries):
            number = numbers[entry.series] = numbers.get(entry.series, 0) + 1
            self._write(year, entry, number, year.start + timedelta(days=4 + 3 * position))

    def _write(self, year: FiscalYear, entry: Entry, number: int, day: date) -> None:
        key = (year.start.year, entry.series, number)
        voucher_id = self.identify("voucher", *key)
        is_voucher = entry.hangs_on is DocumentType.VOUCHER
        owner = voucher_id if is_voucher else self.identify("source", *key)
        ids = self._attach(entry, key, owner, day)
        hangs = entry.linked and (ids or entry.empty_link)
        has_source = entry.type is not VoucherType.MANUAL
        voucher = Voucher(
            voucher_id,
            year.id,
            entry.series,
            number,
            day,
            entry.text,
            entry.type,
            1025.0 + 100 * number,
            self.identify("source", *key) if has_source else None,
            Link(owner, entry.hangs_on, ids) if hangs else None,
            entry.imported,
        )
        self.vouchers.append(voucher)
        add = INVOICES.get(entry.type)
        if add:
            add(self, voucher, ids)

    def _attach(
        self, entry: Entry, key: tuple[int, str, int], owner: str, day: date
    ) -> tuple[str, ...]:
        title = f"Övningsfaktura {key[1]}{key[2]} {key[0]}"
        made = [
            ordinary(kind, title if position == 0 else f"{title} bilaga {position + 1}")
            for position, kind in enumerate(entry.kinds)
        ]
        for position, file in enumerate((*made, *entry.files)):
            identity = self.identify("attachment", *key, position)
            self.attachments.append(Attachment(identity, file, owner, entry.hangs_on, day))
        count = len(made) + len(entry.files)
        return tuple(each.id for each in self.attachments[len(self.attachments) - count :])

    def add_supplier_invoice(self, voucher: Voucher, ids: tuple[str, ...]) -> None:
        """Add the supplier invoice behind a voucher."""
        credit = voucher.type is VoucherType.SUPPLIER_CREDIT
        invoices = self.supplier_invoices
        invoices.append(self._invoice(voucher, SUPPLIER, len(invoices) + 1, credit, ids))

    def add_customer_invoice(self, voucher: Voucher, ids: tuple[str, ...]) -> None:
        """Add the customer invoice behind a voucher, which is always a PDF."""
        credit = voucher.type is VoucherType.CUSTOMER_CREDIT
        invoices = self.customer_invoices
        file = ordinary("pdf", f"Kundfaktura {voucher.name} {voucher.date.year}")
        invoices.append(self._invoice(voucher, CUSTOMER, len(invoices) + 1001, credit, ids, file))

    def _invoice(
        self,
        voucher: Voucher,
        party: str,
        number: int,
        credit: bool,
        ids: tuple[str, ...],
        file: File | None = None,
    ) -> Invoice:
        return Invoice(
            voucher.source_id or "",
            number,
            party,
            voucher.amount,
            voucher.date,
            voucher,
            credit,
            ids,
            file,
        )


AddInvoice = Callable[[SmallBooks, Voucher, tuple[str, ...]], None]
INVOICES: dict[VoucherType, AddInvoice] = {
    VoucherType.SUPPLIER_INVOICE: SmallBooks.add_supplier_invoice,
    VoucherType.SUPPLIER_CREDIT: SmallBooks.add_supplier_invoice,
    VoucherType.CUSTOMER_INVOICE: SmallBooks.add_customer_invoice,
    VoucherType.CUSTOMER_CREDIT: SmallBooks.add_customer_invoice,
}
