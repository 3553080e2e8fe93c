"""What the pages of vouchers show: their addresses, what was asked for, and amounts as in Sweden."""

import re
from dataclasses import dataclass
from decimal import Decimal

from flask import request, url_for
from flask_babel import format_date, format_decimal

from wizard.models import Company, Connection
from wizard.providers.base import Document, FiscalYear, Voucher
from wizard.services.documents import Place
from wizard.services.searching import clean_search
from wizard.services.vouchers import DAY, Label, parse_label
from wizard.web.voucher.proofs import prove

LAST_PAGE = 100_000
PLAIN_SERIES = re.compile(r"\w{1,10}")
YEAR_ID = re.compile(r"[\w-]+")
TEXTS = "text"


@dataclass(frozen=True)
class Asked:
    """What the reader of the list asked for: a year, and a label, a text, or the page of all."""

    year: str
    search: str
    label: Label | None
    page: int

    @property
    def texts(self) -> str:
        """The words to look for in texts."""
        return "" if self.label else self.search


@dataclass(frozen=True)
class Neighbours:
    """The addresses and labels of the vouchers before and after, as far as they can be told."""

    before: tuple[str, str] | None
    after: tuple[str, str] | None


def asked() -> Asked:
    """As the address says; a small letter means the large one."""
    search = clean_search(request.args.get("q", ""))
    label = parse_label(search.upper()) if request.args.get("i") != TEXTS else None
    number = request.args.get("sida", "1")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
    return Asked(request.args.get("ar", "")[:40], search, label, min(max(1, page), LAST_PAGE))


def wanted(segment: str) -> Label | str:
    """A voucher as the address names it: by label, or by the provider's id."""
    return parse_label(segment) or segment


def straight_to(company: Company, asked: Asked) -> str | None:
    """The page of a voucher that is asked for by its label in a year that is named; it sees whether it is there."""
    label, year = asked.label, asked.year
    plain = label and (label.series is None or PLAIN_SERIES.fullmatch(label.series))
    if label is None or not plain or not YEAR_ID.fullmatch(year) or DAY.fullmatch(year):
        return None
    return _address(company, year, _segment(label))


def address_of(company: Company, voucher: Voucher) -> str:
    """The page of a voucher, by its label where that says all; a number alone may be that of others."""
    segment = voucher.id
    if voucher.number is not None and PLAIN_SERIES.fullmatch(voucher.series):
        segment = _segment(Label(voucher.series, voucher.number))
    return _address(company, voucher.year_id, segment)


def document_address(
    company: Company,
    connection: Connection,
    voucher: Voucher,
    document: Document,
    save: bool | None = None,
) -> str:
    """Where a document is opened, or with ``save`` saved; with the proof that it is this voucher's."""
    place = Place(voucher.year_id, voucher.id, document.id)
    return url_for(
        "voucher.document",
        public_id=company.public_id,
        year_id=voucher.year_id,
        voucher_id=voucher.id,
        document_id=document.id,
        verifikat=voucher.dated,
        bevis=prove(connection.public_id, place, voucher.dated),
        spara=1 if save else None,
    )


def neighbours(company: Company, year_id: str, label: Label | None) -> Neighbours:
    """Those before and after in the series; whether the one after exists is seen when it is asked for."""
    if label is None:
        return Neighbours(None, None)
    places = [
        (_address(company, year_id, _segment(one)), str(one)) if one else None
        for one in label.beside
    ]
    return Neighbours(places[0], places[1])


def label_of(voucher: Voucher) -> Label | None:
    """A voucher's label in two parts, if it has a number."""
    return None if voucher.number is None else Label(voucher.series or None, voucher.number)


def year_name(year: FiscalYear) -> str:
    """2026, or its first and last day when it is not a calendar year."""
    start, end = year.start, year.end
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return str(start.year)
    return f"{start.isoformat()} – {end.isoformat()}"


def money(amount: Decimal) -> str:
    """An amount with two decimals; nothing when it is zero, as in a ledger."""
    return str(format_decimal(amount, "#,##0.00")) if amount else ""


def short_day(voucher: Voucher) -> str:
    """The day of a voucher, as ledgers write it."""
    return str(format_date(voucher.day, "yyyy-MM-dd")) if voucher.day else ""


def _segment(label: Label) -> str:
    return f"{label.series}-{label.number}" if label.series else str(label.number)


def _address(company: Company, year_id: str, segment: str) -> str:
    return url_for("voucher.show", public_id=company.public_id, year_id=year_id, segment=segment)


# What templates of this area may call.
WORDS = {
    "address_of": address_of,
    "document_address": document_address,
    "money": money,
    "short_day": short_day,
    "year_name": year_name,
}
