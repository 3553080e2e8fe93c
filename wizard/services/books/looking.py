"""Looking for vouchers beyond one page: through a year with a filter, and in other years for a number.

Nothing is stored: what one page has looked through, the address of the next says.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from wizard.providers.base import (
    FiscalYear,
    ProviderError,
    TokenRefusedError,
    Voucher,
    VoucherPage,
)
from wizard.providers.deadline import Deadline
from wizard.services.books.labels import Label, label_of
from wizard.services.books.provider_session import ProviderSession
from wizard.services.books.voucher_filters import VoucherFilter

SHOWN = 50
MOST_CALLS = 8  # large pages read for one page of ours
LOOK_SECONDS = 6.0
OTHER_YEARS = 4  # years looked through for a number, newest first


@dataclass(frozen=True)
class Position:
    """Where to look on: a large page, counted from 1, and how many of its vouchers have been looked at."""

    page: int = 1
    offset: int = 0

    def __str__(self) -> str:
        return f"{self.page}.{self.offset}"


@dataclass(frozen=True)
class Sifted:
    """The matches between two positions, of a list of ``total`` vouchers; ``on`` is None at its end.

    ``seen`` is how many vouchers of the list have been looked at so far.
    """

    vouchers: tuple[Voucher, ...]
    seen: int
    total: int
    on: Position | None


@dataclass(frozen=True)
class Elsewhere:
    """A voucher with the number that was looked for: in another year, or its number before it was imported."""

    year: FiscalYear
    voucher: Voucher


def sift(
    provider_session: ProviderSession, year_id: str, wanted: VoucherFilter, position: Position
) -> Sifted:
    """Look through a year's vouchers from a position until a page is full, or time or calls are used up."""
    deadline, found = Deadline(LOOK_SECONDS), list[Voucher]()
    for _ in range(MOST_CALLS):
        page = _large_page(provider_session, year_id, wanted, position.page)
        size = _size(page, position)
        for offset, one in enumerate(page.vouchers[position.offset :], position.offset + 1):
            if wanted.matches(one):
                found.append(one)
            if len(found) == SHOWN and offset < len(page.vouchers):
                return Sifted(
                    tuple(found), size + offset, page.total, Position(position.page, offset)
                )
        if position.page >= page.pages or not page.vouchers:
            return Sifted(tuple(found), page.total, page.total, None)
        position = Position(position.page + 1)
        if len(found) >= SHOWN or deadline.passed:
            break
    return Sifted(tuple(found), size + len(page.vouchers), page.total, position)


def elsewhere(
    provider_session: ProviderSession, years: list[FiscalYear], year_id: str, label: Label
) -> list[Elsewhere]:
    """The vouchers with a label in other years, and those that had it before they were imported.

    What cannot be searched is left out; the year that was asked for has been searched already.
    """
    here = [year for year in years if year.id == year_id]
    others = [year for year in years if year.id != year_id][:OTHER_YEARS]
    asked = [(year, _numbered(provider_session, year, label)) for year in others]
    asked += [(year, _imported(provider_session, year.id, label)) for year in (*here, *others)]
    return [Elsewhere(year, one) for year, future in asked for one in _found(future)]


def imported_as(
    provider_session: ProviderSession, voucher: Voucher
) -> Callable[[list[FiscalYear]], list[Elsewhere]]:
    """Begin to look for other vouchers of the year that had this one's label before they were imported.

    Only where this one was imported with another label; the answer is given when the years are known.
    """
    label = label_of(voucher)
    if label is None or not voucher.imported_number or voucher.imported_number in label.spellings:
        return lambda _years: []
    asked = _imported(provider_session, voucher.year_id, label)
    return lambda years: [
        Elsewhere(year, one)
        for year in years
        if year.id == voucher.year_id
        for one in _found(asked)
        if one.id != voucher.id
    ]


def _found(asked: Future[list[Voucher]]) -> list[Voucher]:
    """What was found; nothing, if that year cannot be searched."""
    try:
        return asked.result()
    except TokenRefusedError:
        raise
    except ProviderError:
        return []


def _numbered(
    provider_session: ProviderSession, year: FiscalYear, label: Label
) -> Future[list[Voucher]]:
    find = provider_session.context.provider.find_vouchers
    return provider_session.begin(
        lambda token, s: find(token, year.id, label.series, label.number, timeout=s)
    )


def _imported(
    provider_session: ProviderSession, year_id: str, label: Label
) -> Future[list[Voucher]]:
    find = provider_session.context.provider.find_imported
    return provider_session.begin(lambda token, s: find(token, year_id, label.spellings, timeout=s))


def _large_page(
    provider_session: ProviderSession, year_id: str, wanted: VoucherFilter, number: int
) -> VoucherPage:
    ask = provider_session.context.provider.large_voucher_page
    return provider_session.ask(
        lambda token, s: ask(token, year_id, number, wanted.narrowing, timeout=s)
    )


def _size(page: VoucherPage, position: Position) -> int:
    """The number of vouchers on the pages before this one; the last page alone may be shorter."""
    if position.page < page.pages:
        return len(page.vouchers) * (position.page - 1)
    return page.total - len(page.vouchers)
