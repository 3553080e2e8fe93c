"""Visma's vouchers: fiscal years, a page of vouchers, one voucher."""

import re
from dataclasses import dataclass
from datetime import date

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
    amount,
    data_of,
    day_of,
    identity,
    text,
    unreadable,
    whole,
)

PAGE = 25
YEARS = 50  # as many as a page has unasked, which cannot be refused; nobody has more
NUMBER = re.compile(r"[0-9]{1,9}")
LABEL = re.compile(r"(.*?[^0-9 -]|)[ -]*([0-9]{1,9})")


@dataclass(frozen=True)
class VismaVoucher(Voucher):
    """A voucher, with where its documents may be: ``owner_id`` is the DocumentId of its Attachments."""

    kind: int = 0
    source_id: str = ""
    owner_id: str = ""


def fiscal_years(asking: Asking) -> list[FiscalYear]:
    """The years, newest first; those that cannot be read are left out."""
    rows = data_of(asking.page("fiscalyears", pagesize=YEARS) or {})
    years = [
        FiscalYear(identity(row.get("Id")), start, end)
        for row in rows
        if (start := day_of(row.get("StartDate"))) and (end := day_of(row.get("EndDate")))
    ]
    return sorted((year for year in years if year.id), key=lambda year: year.start, reverse=True)


def voucher_page(asking: Asking, year_id: str, number: int, search: str) -> VoucherPage:
    """A page, the latest first; in Visma's own order where another may not be asked for."""
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
    """The voucher with an id; None when there is none, or the id is none."""
    year, identified = identity(year_id), identity(voucher_id)
    found = asking.one(f"vouchers/{year}/{identified}") if year and identified else None
    return None if found is None else read_voucher(found, year)


def read_page(envelope: Row, year_id: str) -> VoucherPage:
    """A page of vouchers in our words; one without an id can be led to by nothing, and is left out."""
    meta = envelope.get("Meta")
    meta = meta if isinstance(meta, dict) else {}
    return VoucherPage(
        vouchers=tuple(
            found for row in data_of(envelope) if (found := read_voucher(row, year_id)).id
        ),
        number=max(1, whole(meta.get("CurrentPage"))),
        pages=max(1, whole(meta.get("TotalNumberOfPages"))),
        total=max(0, whole(meta.get("TotalNumberOfResults"))),
    )


def read_voucher(row: Row, year_id: str) -> VismaVoucher:
    """A VoucherApi in our words. Attachments is one object, absent or null when there is nothing."""
    link = row.get("Attachments")
    link = link if isinstance(link, dict) else {}
    ids = link.get("AttachmentIds")
    label = text(row.get("NumberAndNumberSeries"), 32)
    series, number = _parts(label, text(row.get("NumberSeries"), 20))
    return VismaVoucher(
        label=label,
        document_ids=tuple(
            identified
            for one in (ids if isinstance(ids, list) else ())
            if (identified := identity(one))
        ),
        id=identity(row.get("Id")),
        year_id=year_id,
        series=series,
        number=number,
        day=_day(row),
        text=text(row.get("VoucherText"), 1000),
        rows=_rows(row),
        kind=whole(row.get("VoucherType")),
        source_id=identity(row.get("SourceId")),
        owner_id=identity(link.get("DocumentId")),
    )


def literal(value: str) -> str:
    """A text in a filter: within quotation marks, its own doubled."""
    doubled = value.replace("'", "''")
    return f"'{doubled}'"


def _parts(label: str, series: str) -> tuple[str, int | None]:
    """Series and number. VoucherApi has no number of its own: it is what is left of the label.

    The series stands first, though the field's name has it last; it may be told by the label alone.
    """
    if not series and (found := LABEL.fullmatch(label)):
        return found[1], int(found[2])
    digits = label.removeprefix(series) if label.startswith(series) else label.removesuffix(series)
    digits = digits.strip(" -")
    return series, int(digits) if NUMBER.fullmatch(digits) else None


def _day(row: Row) -> date | None:
    return day_of(row.get("VoucherDate"))


def _rows(row: Row) -> tuple[VoucherRow, ...]:
    rows = row.get("Rows")
    return tuple(
        VoucherRow(
            account=text(one.get("AccountNumber"), 12),
            account_name=text(one.get("AccountDescription"), 200),
            debit=amount(one.get("DebitAmount")),
            credit=amount(one.get("CreditAmount")),
            text=text(one.get("TransactionText"), 100),
        )
        for one in (rows if isinstance(rows, list) else ())
        if isinstance(one, dict)
    )
