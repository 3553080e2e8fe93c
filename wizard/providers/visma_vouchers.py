"""Reading of Visma's fiscal years and vouchers."""

import re
from dataclasses import dataclass

from wizard.causes import Cause
from wizard.providers.base import (
    FiscalYear,
    NoSearchError,
    Voucher,
    VoucherPage,
    VoucherRow,
)
from wizard.providers.visma_answers import (
    Asking,
    Row,
    all_named,
    amount,
    data_of,
    day_of,
    identity,
    named,
    paging_of,
    rows_in,
    text,
    unreadable,
    whole,
)

PAGE = 25
YEARS = 50  # Visma's default page size, and more years than a company has
NUMBER = re.compile(r"[0-9]{1,9}")
LABEL = re.compile(r"(.*?[^0-9 -]|)[ -]*([0-9]{1,9})")


@dataclass(frozen=True)
class VismaVoucher(Voucher):
    """A voucher with Visma's references to its documents; ``owner_id`` is Attachments.DocumentId."""

    kind: int = 0
    source_id: str = ""
    owner_id: str = ""


def fiscal_years(asking: Asking) -> list[FiscalYear]:
    """The fiscal years, newest first; raises ProviderError unless all of them can be read."""
    found = asking.page("fiscalyears", pagesize=YEARS)
    if found is None or paging_of(found).pages > 1:
        raise unreadable()
    years = [_fiscal_year(row) for row in data_of(found)]
    return sorted(years, key=lambda year: year.start, reverse=True)


def voucher_page(asking: Asking, year_id: str, number: int, search: str) -> VoucherPage:
    """A page of vouchers, newest first; in Visma's default order if it refuses the sort."""
    year = identity(year_id)
    if not year:
        return VoucherPage((), 1, 1, 0)
    wanted = f"contains(VoucherText,{literal(search)})" if search else ""
    for order in ("VoucherDate desc", ""):
        found = asking.page(
            f"vouchers/{year}", page=number, pagesize=PAGE, orderby=order, filter=wanted
        )
        if found is not None:
            return read_page(found, year)
    if search:
        raise NoSearchError(Cause.OUR_CONFIGURATION, code="no_search")
    raise unreadable()


def voucher(asking: Asking, year_id: str, voucher_id: str) -> Voucher | None:
    """The voucher with an id; None if it does not exist or the id is malformed."""
    year, identified = identity(year_id), identity(voucher_id)
    found = asking.one(f"vouchers/{year}/{identified}") if year and identified else None
    return None if found is None else read_voucher(found, year)


def read_page(envelope: Row, year_id: str) -> VoucherPage:
    """A page of vouchers; raises ProviderError unless all of them can be read."""
    paging = paging_of(envelope)
    vouchers = tuple(read_voucher(row, year_id) for row in data_of(envelope))
    return VoucherPage(vouchers, paging.page, paging.pages, paging.total)


def read_voucher(row: Row, year_id: str) -> VismaVoucher:
    """A voucher from Visma's VoucherApi. Attachments is one object, absent or null if there is none.

    Raises ProviderError if a part cannot be read, so that none is taken for absent.
    """
    link = row.get("Attachments") or {}
    if not isinstance(link, dict):
        raise unreadable()
    label = text(row.get("NumberAndNumberSeries"), 32)
    series, number = _parts(label, text(row.get("NumberSeries"), 20))
    return VismaVoucher(
        label=label,
        document_ids=all_named(link.get("AttachmentIds")),
        id=named(row.get("Id")),
        year_id=year_id,
        series=series,
        number=number,
        day=day_of(row.get("VoucherDate")),
        text=text(row.get("VoucherText"), 1000),
        rows=_rows(row),
        kind=whole(row.get("VoucherType")),
        source_id=identity(row.get("SourceId")),
        owner_id=identity(link.get("DocumentId")),
    )


def literal(value: str) -> str:
    """A string literal in an OData filter: quoted, with inner quotation marks doubled."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _parts(label: str, series: str) -> tuple[str, int | None]:
    """Series and number. VoucherApi has no field for the number: it is the label without the series.

    The label begins with the series, despite the field's name; the series may be in the label only.
    """
    if not series and (found := LABEL.fullmatch(label)):
        return found[1], int(found[2])
    digits = label.removeprefix(series) if label.startswith(series) else label.removesuffix(series)
    digits = digits.strip(" -")
    return series, int(digits) if NUMBER.fullmatch(digits) else None


def _fiscal_year(row: Row) -> FiscalYear:
    start, end = day_of(row.get("StartDate")), day_of(row.get("EndDate"))
    if start is None or end is None:
        raise unreadable()
    return FiscalYear(named(row.get("Id")), start, end)


def _rows(row: Row) -> tuple[VoucherRow, ...]:
    rows = rows_in(row.get("Rows"))
    if not all(isinstance(one, dict) for one in rows):
        raise unreadable()
    return tuple(
        VoucherRow(
            account=text(one.get("AccountNumber"), 12),
            account_name=text(one.get("AccountDescription"), 200),
            debit=amount(one.get("DebitAmount")),
            credit=amount(one.get("CreditAmount")),
            text=text(one.get("TransactionText"), 100),
        )
        for one in rows
    )
