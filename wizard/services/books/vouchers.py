"""Vouchers of a connected company, read from the provider on request and never stored.

Every function raises RenewalNeededError, DisconnectedError, or ProviderError with its cause. Ids are
the provider's; an unknown id gives None or an empty list.
"""

from dataclasses import dataclass

from wizard.models import now
from wizard.models.api import STOCKHOLM
from wizard.providers.base import (
    Document,
    FiscalYear,
    ProviderError,
    TokenRefusedError,
    Voucher,
    VoucherPage,
)
from wizard.services.books.labels import DAY, Label, parse_label
from wizard.services.books.looking import Elsewhere, Position, Sifted, elsewhere, imported_as, sift
from wizard.services.books.provider_session import ProviderSession
from wizard.services.books.voucher_filters import VoucherFilter
from wizard.services.context import ProviderContext


@dataclass(frozen=True)
class VoucherListing:
    """Vouchers of a year; ``year`` is None if that year does not exist, ``page`` if there is no year.

    With a filter, what matches is in ``sifted`` and ``page`` is None. ``elsewhere`` is where else a label
    that was not found is.
    """

    years: list[FiscalYear]
    year: FiscalYear | None
    page: VoucherPage | None
    sifted: Sifted | None = None
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A voucher with its documents, or the error from reading them; and all fiscal years.

    If the number occurs in several series, ``vouchers`` has several items, without documents. If there is
    none with the label, ``elsewhere`` says where else it is; if it was imported, which other vouchers had
    its label before they were.
    """

    years: list[FiscalYear]
    vouchers: list[Voucher]
    documents: list[Document]
    documents_error: ProviderError | None = None
    elsewhere: tuple[Elsewhere, ...] = ()


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


def find_imported(
    context: ProviderContext, connection_id: int, year_id: str, label: str, *, seconds: float = 10.0
) -> list[Voucher]:
    """The vouchers that had this label in the books they were imported from. Raises NotFoundInTimeError."""
    provider_session = ProviderSession(context, connection_id, seconds)
    parsed = parse_label(label)
    labels = list(dict.fromkeys((label, *(parsed.spellings if parsed else ()))))
    return provider_session.ask(
        lambda token, s: context.provider.find_imported(token, year_id, labels, timeout=s)
    )


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

    ``year`` is an id, a date within it (2026-03-31), or empty for the year that holds today. With an id,
    the years are read in parallel. Raises NoSearchError if the provider cannot search.
    """
    with ProviderSession(context, connection_id, seconds) as provider_session:
        return _listing(provider_session, year, number, search, label)


def look_through(
    context: ProviderContext,
    connection_id: int,
    year: str,
    wanted: VoucherFilter,
    position: Position,
    *,
    seconds: float = 10.0,
) -> VoucherListing:
    """The fiscal years, and the vouchers of one that match a filter, from a position on; as ``browse``."""
    with ProviderSession(context, connection_id, seconds) as provider_session:
        provider = provider_session.context.provider
        years = provider_session.ask(lambda token, s: provider.fiscal_years(token, timeout=s))
        of = chosen(years, year)
        sifted = sift(provider_session, of.id, wanted, position) if of else None
        return VoucherListing(years, of, None, sifted)


def _shown(provider_session: ProviderSession, year_id: str, wanted: Label | str) -> Shown:
    provider = provider_session.context.provider
    years = provider_session.begin(lambda token, s: provider.fiscal_years(token, timeout=s))
    vouchers = _wanted(provider_session, year_id, wanted)
    if not vouchers and isinstance(wanted, Label):
        others = elsewhere(provider_session, years.result(), year_id, wanted)
        return Shown(years.result(), [], [], elsewhere=tuple(others))
    if len(vouchers) != 1:
        return Shown(years.result(), vouchers, [])
    namesakes = imported_as(provider_session, vouchers[0])
    try:
        documents = _documents(provider_session, vouchers[0])
    except TokenRefusedError:
        raise
    except ProviderError as error:
        return Shown(years.result(), vouchers, [], error)
    return Shown(years.result(), vouchers, documents, elsewhere=tuple(namesakes(years.result())))


def _listing(
    provider_session: ProviderSession, year: str, number: int, search: str, label: Label | None
) -> VoucherListing:
    provider = provider_session.context.provider
    asking = provider_session.begin(lambda token, s: provider.fiscal_years(token, timeout=s))
    if not year or DAY.fullmatch(year):
        of = _on(asking.result(), year)
        if of is None:
            return VoucherListing(asking.result(), None, None)
        year = of.id
    if label:
        found = tuple(_wanted(provider_session, year, label))
        others = [] if found else elsewhere(provider_session, asking.result(), year, label)
        page = VoucherPage(found, 1, 1, len(found))
    else:
        others, page = [], _page(provider_session, year, number, search)
    years = asking.result()
    return VoucherListing(years, chosen(years, year), page, elsewhere=tuple(others))


def chosen(years: list[FiscalYear], year: str) -> FiscalYear | None:
    """The fiscal year with an id, or by a date or nothing as in ``_on``."""
    if not year or DAY.fullmatch(year):
        return _on(years, year)
    return next((one for one in years if one.id == year), None)


def _on(years: list[FiscalYear], day: str) -> FiscalYear | None:
    """The fiscal year of a date; without one that of today, else the newest.

    The newest may have been opened in advance, and be empty.
    """
    today = now().astimezone(STOCKHOLM).date().isoformat()
    holding = [
        one for one in years if one.start.isoformat() <= (day or today) <= one.end.isoformat()
    ]
    return next(iter(holding or ([] if day else years)), None)


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
