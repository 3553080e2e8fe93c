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

# A series ends where its digits do not run into the number's: "A12" is A and 12, "A1-12" is A1 and 12.
LABEL = re.compile(r"(?:(?P<series>\S*?[^\d\s-]|\S+?(?=[\s-]))[\s-]*)?(?P<number>[0-9]{1,9})")
LONGEST_SERIES = 10
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Label:
    """What people call a voucher; ``series`` is None when they only say its number."""

    series: str | None
    number: int

    @property
    def beside(self) -> tuple["Label | None", "Label"]:
        """The labels before it, if it is not the first, and after it in its series."""
        before = Label(self.series, self.number - 1) if self.number > 1 else None
        return before, Label(self.series, self.number + 1)

    def __str__(self) -> str:
        return f"{self.series or ''}{self.number}"


@dataclass(frozen=True)
class Leaf:
    """Some vouchers of a year; ``year`` is None when there is no such year, ``page`` without any year."""

    years: list[FiscalYear]
    year: FiscalYear | None
    page: VoucherPage | None


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
    found = None if DAY.fullmatch(text.strip()) else LABEL.fullmatch(text.strip())
    if found is None or len(found["series"] or "") > LONGEST_SERIES:
        return None
    return Label(found["series"], int(found["number"]))


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
    return _wanted(Errand(workshop, connection_id, seconds), year_id, label)


def voucher(
    workshop: Workshop, connection_id: int, year_id: str, voucher_id: str, *, seconds: float = 10.0
) -> Voucher | None:
    """The voucher with the provider's id."""
    found = _wanted(Errand(workshop, connection_id, seconds), year_id, voucher_id)
    return found[0] if found else None


def documents_of(
    workshop: Workshop, connection_id: int, voucher: Voucher, *, seconds: float = 10.0
) -> list[Document]:
    """The documents of a voucher that was given here, wherever they are kept."""
    return _documents(Errand(workshop, connection_id, seconds), voucher)


def show(
    workshop: Workshop,
    connection_id: int,
    year_id: str,
    wanted: Label | str,
    *,
    seconds: float = 10.0,
) -> Shown:
    """All that the page of a voucher shows, by its label or its id: the years are asked for beside the rest."""
    with Errand(workshop, connection_id, seconds) as errand:
        return _shown(errand, year_id, wanted)


def browse(
    workshop: Workshop,
    connection_id: int,
    year: str = "",
    number: int = 1,
    *,
    search: str = "",
    label: Label | None = None,
    seconds: float = 10.0,
) -> Leaf:
    """The years, and some vouchers of one: those with a label, or a page of those with a text, or of all.

    ``year`` is an id, a day within it (2026-03-31), or nothing for the newest. The years are asked for
    beside the rest when the id is known. NoSearchError when the provider cannot search.
    """
    with Errand(workshop, connection_id, seconds) as errand:
        return _leaf(errand, year, number, search, label)


def _shown(errand: Errand, year_id: str, wanted: Label | str) -> Shown:
    provider = errand.workshop.provider
    years = errand.begin(lambda token, s: provider.fiscal_years(token, timeout=s))
    vouchers = _wanted(errand, year_id, wanted)
    if len(vouchers) != 1:
        return Shown(years.result(), vouchers, [])
    try:
        documents = _documents(errand, vouchers[0])
    except TokenRefusedError:
        raise
    except ProviderError as error:
        return Shown(years.result(), vouchers, [], error)
    return Shown(years.result(), vouchers, documents)


def _leaf(errand: Errand, year: str, number: int, search: str, label: Label | None) -> Leaf:
    provider = errand.workshop.provider
    asking = errand.begin(lambda token, s: provider.fiscal_years(token, timeout=s))
    if not year or DAY.fullmatch(year):
        chosen = _on(asking.result(), year)
        year = chosen.id if chosen else ""
    page: VoucherPage | None = None
    if year and label:
        found = tuple(_wanted(errand, year, label))
        page = VoucherPage(found, 1, 1, len(found))
    elif year:
        page = _page(errand, year, number, search)
    years = asking.result()
    return Leaf(years, next((one for one in years if one.id == year), None), page)


def _on(years: list[FiscalYear], day: str) -> FiscalYear | None:
    """The year that holds a day, or the newest when none is given."""
    holding = (
        one for one in years if not day or one.start.isoformat() <= day <= one.end.isoformat()
    )
    return next(holding, None)


def _wanted(errand: Errand, year_id: str, wanted: Label | str) -> list[Voucher]:
    provider = errand.workshop.provider
    if isinstance(wanted, str):
        found = errand.ask(lambda token, s: provider.voucher(token, year_id, wanted, timeout=s))
        return [found] if found else []
    return errand.ask(
        lambda token, s: provider.find_vouchers(
            token, year_id, wanted.series, wanted.number, timeout=s
        )
    )


def _page(errand: Errand, year_id: str, number: int, search: str) -> VoucherPage:
    ask = errand.workshop.provider.voucher_page
    return errand.ask(lambda token, s: ask(token, year_id, number, search=search, timeout=s))


def _documents(errand: Errand, voucher: Voucher) -> list[Document]:
    ask = errand.workshop.provider.voucher_documents
    return errand.ask(lambda token, s: ask(token, voucher, timeout=s))
