"""Vouchers of a connected company, read from the provider on request and never stored.

Every function raises RenewalNeededError, DisconnectedError, or ProviderError with its cause. Ids are
the provider's; an unknown id gives None or an empty list.
"""

import re
from dataclasses import dataclass

from wizard.plain_text import plain_dashes
from wizard.providers.base import (
    Document,
    FiscalYear,
    ProviderError,
    TokenRefusedError,
    Voucher,
    VoucherPage,
)
from wizard.services.books.provider_session import ProviderSession
from wizard.services.context import ProviderContext

LONGEST_SERIES, LONGEST_NUMBER = 10, 9
DIGITS, SEPARATORS = "0123456789", " -"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Label:
    """A voucher's label; ``series`` is None if only the number was given."""

    series: str | None
    number: int

    @property
    def beside(self) -> tuple["Label | None", "Label"]:
        """The previous label in the series (None for the first) and the next."""
        before = Label(self.series, self.number - 1) if self.number > 1 else None
        return before, Label(self.series, self.number + 1)

    def __str__(self) -> str:
        return f"{self.series or ''}{self.number}"


@dataclass(frozen=True)
class VoucherListing:
    """Vouchers of a year; ``year`` is None if that year does not exist, ``page`` if there is no year."""

    years: list[FiscalYear]
    year: FiscalYear | None
    page: VoucherPage | None


@dataclass(frozen=True)
class Shown:
    """A voucher with its documents, or the error from reading them; and all fiscal years.

    If the number occurs in several series, ``vouchers`` has several items, without documents.
    """

    years: list[FiscalYear]
    vouchers: list[Voucher]
    documents: list[Document]
    documents_error: ProviderError | None = None


def parse_label(text: str) -> Label | None:
    """Parse a label such as "A 12", "A12", "A-12" or "12"; None if it is not one. Case is kept.

    Takes linear time, since an address may hold a text of any length.
    """
    written = plain_dashes(text)
    before = written.rstrip(DIGITS)
    number = written[len(before) :]
    series = before.rstrip(SEPARATORS)
    # A series that ends in a digit needs a separator: "A12" is A and 12, "A1-12" is A1 and 12.
    unclear = series == before and series[-1:].isdecimal()
    if DAY.fullmatch(written) or unclear or " " in series or bool(before) != bool(series):
        return None
    if not 1 <= len(number) <= LONGEST_NUMBER or len(series) > LONGEST_SERIES:
        return None
    return Label(series or None, int(number))


def fiscal_years(
    context: ProviderContext, connection_id: int, *, seconds: float = 10.0
) -> list[FiscalYear]:
    """The fiscal years, newest first."""
    provider_session = ProviderSession(context, connection_id, seconds)
    return provider_session.ask(lambda token, s: context.provider.fiscal_years(token, timeout=s))


def voucher_page(
    context: ProviderContext,
    connection_id: int,
    year_id: str,
    number: int = 1,
    *,
    search: str = "",
    seconds: float = 10.0,
) -> VoucherPage:
    """A page of a year's vouchers, newest first if supported. Raises NoSearchError if it cannot search."""
    provider_session = ProviderSession(context, connection_id, seconds)
    return _page(provider_session, year_id, number, search)


def find_vouchers(
    context: ProviderContext,
    connection_id: int,
    year_id: str,
    label: Label,
    *,
    seconds: float = 10.0,
) -> list[Voucher]:
    """The vouchers with a label, usually one or none. Raises NotFoundInTimeError at the search's limit."""
    return _wanted(ProviderSession(context, connection_id, seconds), year_id, label)


def voucher(
    context: ProviderContext,
    connection_id: int,
    year_id: str,
    voucher_id: str,
    *,
    seconds: float = 10.0,
) -> Voucher | None:
    """The voucher with the provider's id; None if it does not exist."""
    found = _wanted(ProviderSession(context, connection_id, seconds), year_id, voucher_id)
    return found[0] if found else None


def documents_of(
    context: ProviderContext, connection_id: int, voucher: Voucher, *, seconds: float = 10.0
) -> list[Document]:
    """All documents of a voucher from this module, including those of the invoice behind it."""
    return _documents(ProviderSession(context, connection_id, seconds), voucher)


def show(
    context: ProviderContext,
    connection_id: int,
    year_id: str,
    wanted: Label | str,
    *,
    seconds: float = 10.0,
) -> Shown:
    """What the page of a voucher shows, by label or id; the fiscal years are read in parallel."""
    with ProviderSession(context, connection_id, seconds) as provider_session:
        return _shown(provider_session, year_id, wanted)


def browse(
    context: ProviderContext,
    connection_id: int,
    year: str = "",
    number: int = 1,
    *,
    search: str = "",
    label: Label | None = None,
    seconds: float = 10.0,
) -> VoucherListing:
    """The fiscal years, and vouchers of one: those with a label, or a page of those with a text or of all.

    ``year`` is an id, a date within it (2026-03-31), or empty for the newest. With an id, the years are
    read in parallel. Raises NoSearchError if the provider cannot search.
    """
    with ProviderSession(context, connection_id, seconds) as provider_session:
        return _listing(provider_session, year, number, search, label)


def _shown(provider_session: ProviderSession, year_id: str, wanted: Label | str) -> Shown:
    provider = provider_session.context.provider
    years = provider_session.begin(lambda token, s: provider.fiscal_years(token, timeout=s))
    vouchers = _wanted(provider_session, year_id, wanted)
    if len(vouchers) != 1:
        return Shown(years.result(), vouchers, [])
    try:
        documents = _documents(provider_session, vouchers[0])
    except TokenRefusedError:
        raise
    except ProviderError as error:
        return Shown(years.result(), vouchers, [], error)
    return Shown(years.result(), vouchers, documents)


def _listing(
    provider_session: ProviderSession, year: str, number: int, search: str, label: Label | None
) -> VoucherListing:
    provider = provider_session.context.provider
    asking = provider_session.begin(lambda token, s: provider.fiscal_years(token, timeout=s))
    if not year or DAY.fullmatch(year):
        chosen = _on(asking.result(), year)
        year = chosen.id if chosen else ""
    page: VoucherPage | None = None
    if year and label:
        found = tuple(_wanted(provider_session, year, label))
        page = VoucherPage(found, 1, 1, len(found))
    elif year:
        page = _page(provider_session, year, number, search)
    years = asking.result()
    return VoucherListing(years, next((one for one in years if one.id == year), None), page)


def _on(years: list[FiscalYear], day: str) -> FiscalYear | None:
    """The fiscal year of a date; the newest without a date."""
    holding = (
        one for one in years if not day or one.start.isoformat() <= day <= one.end.isoformat()
    )
    return next(holding, None)


def _wanted(provider_session: ProviderSession, year_id: str, wanted: Label | str) -> list[Voucher]:
    provider = provider_session.context.provider
    if isinstance(wanted, str):
        found = provider_session.ask(
            lambda token, s: provider.voucher(token, year_id, wanted, timeout=s)
        )
        return [found] if found else []
    return provider_session.ask(
        lambda token, s: provider.find_vouchers(
            token, year_id, wanted.series, wanted.number, timeout=s
        )
    )


def _page(provider_session: ProviderSession, year_id: str, number: int, search: str) -> VoucherPage:
    ask = provider_session.context.provider.voucher_page
    return provider_session.ask(
        lambda token, s: ask(token, year_id, number, search=search, timeout=s)
    )


def _documents(provider_session: ProviderSession, voucher: Voucher) -> list[Document]:
    ask = provider_session.context.provider.voucher_documents
    return provider_session.ask(lambda token, s: ask(token, voucher, timeout=s))
