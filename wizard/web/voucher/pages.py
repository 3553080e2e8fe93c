"""URLs, query parameters and formatting for the pages of vouchers."""

import re
from dataclasses import dataclass
from decimal import Decimal

from flask import request, url_for
from flask_babel import format_date, format_decimal

from wizard.models import Company, Connection
from wizard.providers.base import Document, FiscalYear, Voucher
from wizard.services.books.documents import Place
from wizard.services.books.labels import DAY, Label, parse_label
from wizard.services.books.voucher_filters import total_of
from wizard.services.values.search import clean_search
from wizard.web.voucher import filters
from wizard.web.voucher.filters import Narrowed
from wizard.web.voucher.proofs import prove

LAST_PAGE = 100_000
PLAIN_SERIES = re.compile(r"\w{1,10}")
YEAR_ID = re.compile(r"[\w-]+")
TEXTS = "text"


@dataclass(frozen=True)
class Asked:
    """The query of the list: a year, and a label, a text, a page number, or a filter with a position."""

    year: str
    search: str
    label: Label | None
    page: int
    narrowed: Narrowed

    @property
    def texts(self) -> str:
        """The text to search for."""
        return "" if self.label else self.search

    @property
    def given(self) -> dict[str, str]:
        """What the address says besides the page, so that the next page has it too."""
        is_text = {"i": TEXTS} if self.search and not self.label else {}
        searched = {"q": self.search} if self.search else {}
        return {**searched, **is_text, **self.narrowed.written}


@dataclass(frozen=True)
class Neighbours:
    """The URLs and labels of the previous and the next voucher, as far as they are known."""

    before: tuple[str, str] | None
    after: tuple[str, str] | None


def asked() -> Asked:
    """The query in the URL; letters of a label are case-insensitive."""
    search = clean_search(request.args.get("q", ""))
    label = parse_label(search.upper()) if request.args.get("i") != TEXTS else None
    number = request.args.get("sida", "1")
    page = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
    year = request.args.get("ar", "")[:40]
    narrowed = filters.narrowed("" if label else search)
    return Asked(year, search, label, min(max(1, page), LAST_PAGE), narrowed)


def wanted(segment: str) -> Label | str:
    """The voucher in a path segment: a label, or the provider's id."""
    return parse_label(segment) or segment


def straight_to(company: Company, asked: Asked) -> str | None:
    """The URL of a voucher, if a label and a year are given; that page finds out if it exists."""
    label, year = asked.label, asked.year
    plain = label and (label.series is None or PLAIN_SERIES.fullmatch(label.series))
    if label is None or not plain or not YEAR_ID.fullmatch(year) or DAY.fullmatch(year):
        return None
    return _address(company, year, _segment(label))


def address_of(company: Company, voucher: Voucher) -> str:
    """The URL of a voucher: by label if it has a series, else by id, since numbers recur across series."""
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
    """The URL that opens (or with ``save`` downloads) a document, with the proof of its voucher."""
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
    """The previous and the next voucher in the series; the next may turn out not to exist."""
    if label is None:
        return Neighbours(None, None)
    places = [
        (_address(company, year_id, _segment(one)), str(one)) if one else None
        for one in label.beside
    ]
    return Neighbours(places[0], places[1])


def year_name(year: FiscalYear) -> str:
    """The name of a fiscal year: 2026, or its first and last day if it is not a calendar year."""
    start, end = year.start, year.end
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31) and start.year == end.year:
        return str(start.year)
    return f"{start.isoformat()} – {end.isoformat()}"


def money(amount: Decimal) -> str:
    """An amount with two decimals; empty if zero, as in a ledger."""
    return str(format_decimal(amount, "#,##0.00")) if amount else ""


def short_day(voucher: Voucher) -> str:
    """The voucher's date in short form."""
    return str(format_date(voucher.day, "yyyy-MM-dd")) if voucher.day else ""


def _segment(label: Label) -> str:
    return f"{label.series}-{label.number}" if label.series else str(label.number)


def _address(company: Company, year_id: str, segment: str) -> str:
    return url_for("voucher.show", public_id=company.public_id, year_id=year_id, segment=segment)


# Functions for this area's templates.
WORDS = {
    "address_of": address_of,
    "document_address": document_address,
    "money": money,
    "short_day": short_day,
    "total_of": total_of,
    "year_name": year_name,
}
