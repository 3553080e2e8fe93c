"""Reading of Visma's fiscal years and vouchers."""

import re
from dataclasses import replace
from itertools import product

from wizard.causes import Cause
from wizard.providers.base import (
    FiscalYear,
    Narrowing,
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
from wizard.providers.visma_marks import CUSTOMER_INVOICES, VismaVoucher, marked

PAGE = 25
LARGE_PAGES = (500, 50)  # sizes to try, to look through a list; the larger one may be refused
PLAIN_WAYS = tuple(product(LARGE_PAGES, ("VoucherDate", "")))
YEARS = 50  # Visma's default page size, and more years than a company has
NUMBER = re.compile(r"[0-9]{1,9}")
LABEL = re.compile(r"(.*?[^0-9 -]|)[ -]*([0-9]{1,9})")


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
            return marked(asking, read_page(found, year))
    if search:
        raise NoSearchError(Cause.OUR_CONFIGURATION, code="no_search")
    raise unreadable()


def large_page(asking: Asking, year_id: str, number: int, narrowing: Narrowing) -> VoucherPage:
    """A large page of vouchers, newest first; all of them if Visma refuses to narrow the list.

    What Visma accepts is the same for each page of a list, and so is the size of its pages.
    """
    year = identity(year_id)
    if not year:
        return VoucherPage((), 1, 1, 0)
    for wanted in dict.fromkeys((_narrowed(narrowing), "")):
        for size, order in product(LARGE_PAGES, ("VoucherDate desc", "")):
            found = asking.page(
                f"vouchers/{year}", page=number, pagesize=size, orderby=order, filter=wanted
            )
            if found is not None:
                return marked(asking, read_page(found, year))
    raise unreadable()


def plain_page(asking: Asking, year_id: str, number: int, way: int | None) -> VoucherPage:
    """A large page of vouchers, oldest first where Visma accepts the order; ``way`` is a place in PLAIN_WAYS."""
    year = identity(year_id)
    if not year:
        return VoucherPage((), 1, 1, 0)
    for place in range(len(PLAIN_WAYS)) if way is None else [way]:
        size, order = PLAIN_WAYS[place]
        found = asking.page(f"vouchers/{year}", page=number, pagesize=size, orderby=order)
        if found is not None:
            return replace(read_page(found, year), way=place)
    raise unreadable()


def _narrowed(narrowing: Narrowing) -> str:
    parts = {
        f"NumberSeries eq {literal(narrowing.series)}": narrowing.series,
        f"VoucherDate ge {narrowing.first}": narrowing.first,
        f"VoucherDate le {narrowing.last}": narrowing.last,
    }
    return " and ".join(part for part, given in parts.items() if given)


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
    ids, kind = all_named(link.get("AttachmentIds")), whole(row.get("VoucherType"))
    source_id, owner_id = identity(row.get("SourceId")), identity(link.get("DocumentId"))
    series, number = _parts(label, text(row.get("NumberSeries"), 20))
    return VismaVoucher(
        label=label,
        document_ids=ids,
        id=named(row.get("Id")),
        year_id=year_id,
        series=series,
        number=number,
        day=day_of(row.get("VoucherDate")),
        text=text(row.get("VoucherText"), 1000),
        rows=_rows(row),
        has_documents=_has_documents(ids, kind, source_id, owner_id),
        imported_number=text(row.get("ImportedVoucherNumber"), 32),
        kind=kind,
        source_id=source_id,
        owner_id=owner_id,
    )


def _has_documents(ids: tuple[str, ...], kind: int, source_id: str, owner_id: str) -> bool | None:
    """What the voucher itself tells: a customer invoice is a PDF; other sources may have files of their own."""
    if ids or (kind in CUSTOMER_INVOICES and source_id):
        return True
    return None if source_id or owner_id else False


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
