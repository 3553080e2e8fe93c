"""Vouchers of a connected company, read at the provider when somebody asks; nothing of them is stored.

Every function raises RenewalNeededError, DisconnectedError, or ProviderError with its cause; ids are
the provider's, and one that it does not know is answered by None or nothing.
"""

import re
from dataclasses import dataclass

from wizard.providers.base import (
    Document,
    FiscalYear,
    ProviderError,
    TokenRefusedError,
    Voucher,
    VoucherPage,
)
from wizard.services.errands import Errand
from wizard.services.workshop import Workshop

LABEL = re.compile(r"(?P<series>(?:\S.*?)?)[\s-]*(?P<number>\d{1,9})", re.DOTALL)
LONGEST_SERIES = 10


@dataclass(frozen=True)
class Label:
    """What people call a voucher; ``series`` is None when they only say its number."""

    series: str | None
    number: int


@dataclass(frozen=True)
class Shown:
    """A voucher with its documents, or why those could not be read; and the years there are.

    ``vouchers`` are several when a number stands in several series, and then without documents.
    """

    years: list[FiscalYear]
    vouchers: list[Voucher]
    documents: list[Document]
    documents_error: ProviderError | None = None


def parse_label(text: str) -> Label | None:
    """ "A 12", "a12", "A-12" or "12"; None when it is nothing of the kind. Small letters count as large."""
    found = LABEL.fullmatch(text.strip())
    if found is None or len(found["series"]) > LONGEST_SERIES or not found["number"].isascii():
        return None
    return Label(found["series"].upper() or None, int(found["number"]))


def fiscal_years(
    workshop: Workshop, connection_id: int, *, seconds: float = 10.0
) -> list[FiscalYear]:
    """The fiscal years, newest first."""
    errand = Errand(workshop, connection_id, seconds)
    return errand.ask(lambda token, s: workshop.provider.fiscal_years(token, timeout=s))


def voucher_page(
    workshop: Workshop,
    connection_id: int,
    year_id: str,
    number: int = 1,
    *,
    search: str = "",
    seconds: float = 10.0,
) -> VoucherPage:
    """A page of a year's vouchers, newest first where the provider can; NoSearchError when it cannot search."""
    errand = Errand(workshop, connection_id, seconds)
    return _page(errand, year_id, number, search)


def find_vouchers(
    workshop: Workshop, connection_id: int, year_id: str, label: Label, *, seconds: float = 10.0
) -> list[Voucher]:
    """The vouchers with this label, mostly one or none; NotFoundInTimeError when it is too far to look."""
    return _find(Errand(workshop, connection_id, seconds), year_id, label)


def voucher(
    workshop: Workshop, connection_id: int, year_id: str, voucher_id: str, *, seconds: float = 10.0
) -> Voucher | None:
    """The voucher with the provider's id."""
    errand = Errand(workshop, connection_id, seconds)
    ask = workshop.provider.voucher
    return errand.ask(lambda token, s: ask(token, year_id, voucher_id, timeout=s))


def documents_of(
    workshop: Workshop, connection_id: int, voucher: Voucher, *, seconds: float = 10.0
) -> list[Document]:
    """The documents of a voucher that was given here, wherever they are kept."""
    return _documents(Errand(workshop, connection_id, seconds), voucher)


def show(
    workshop: Workshop, connection_id: int, year_id: str, label: Label, *, seconds: float = 10.0
) -> Shown:
    """All that the page of a voucher shows: three questions, the years asked for beside the others."""
    errand = Errand(workshop, connection_id, seconds)
    years = errand.begin(lambda token, s: workshop.provider.fiscal_years(token, timeout=s))
    vouchers = _find(errand, year_id, label)
    if len(vouchers) != 1:
        return Shown(years.result(), vouchers, [])
    try:
        documents = _documents(errand, vouchers[0])
    except TokenRefusedError:
        raise
    except ProviderError as error:
        return Shown(years.result(), vouchers, [], error)
    return Shown(years.result(), vouchers, documents)


def browse(
    workshop: Workshop,
    connection_id: int,
    year_id: str,
    number: int = 1,
    *,
    search: str = "",
    seconds: float = 10.0,
) -> tuple[list[FiscalYear], VoucherPage | None]:
    """The years, and a page of one of them: of the newest when none is named. Two questions.

    None when there are no years. NoSearchError when the provider cannot search.
    """
    errand = Errand(workshop, connection_id, seconds)
    asking = errand.begin(lambda token, s: workshop.provider.fiscal_years(token, timeout=s))
    page = _page(errand, year_id, number, search) if year_id else None
    years = asking.result()
    if years and not year_id:
        page = _page(errand, years[0].id, number, search)
    return years, page


def _find(errand: Errand, year_id: str, label: Label) -> list[Voucher]:
    ask = errand.workshop.provider.find_vouchers
    return errand.ask(lambda token, s: ask(token, year_id, label.series, label.number, timeout=s))


def _page(errand: Errand, year_id: str, number: int, search: str) -> VoucherPage:
    ask = errand.workshop.provider.voucher_page
    return errand.ask(lambda token, s: ask(token, year_id, number, search=search, timeout=s))


def _documents(errand: Errand, voucher: Voucher) -> list[Document]:
    ask = errand.workshop.provider.voucher_documents
    return errand.ask(lambda token, s: ask(token, voucher, timeout=s))
