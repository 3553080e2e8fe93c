"""Finding a voucher at Visma by its number: with a filter, else by search in the sorted list.

A filter by number is undocumented. If it is refused, an interpolation search reads the pages where
the number should be, since a series has few gaps; an unsorted list is read from its start. Each
method reads a limited number of pages.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from wizard.causes import Cause
from wizard.providers.base import NotFoundInTimeError, Voucher, VoucherPage
from wizard.providers.visma_answers import Asking, identity, unreadable
from wizard.providers.visma_marks import marked
from wizard.providers.visma_vouchers import literal, read_page

SEVERAL = 50
MANY, FEW = (
    45,
    10,
)  # numbers in one filter: within a series, and in any series, where each may be in several
NARROW, WIDE = 50, 1000  # vouchers on a page: for a search, for a scan
MOST_STEPS, MOST_PAGES = 20, 25


@dataclass(frozen=True)
class Wanted:
    """The number to find; ``series`` None means any series."""

    series: str | None
    number: int

    def among(self, vouchers: tuple[Voucher, ...]) -> list[Voucher]:
        """The vouchers that match."""
        return [one for one in vouchers if self.matches(one)]

    def matches(self, voucher: Voucher) -> bool:
        """True if the voucher has the number, in the series."""
        return voucher.number == self.number and self.is_of_series(voucher)

    def is_of_series(self, voucher: Voucher) -> bool:
        """True if the voucher is in the series; case is ignored."""
        return self.series is None or voucher.series.casefold() == self.series.casefold()


def find(asking: Asking, year_id: str, series: str | None, number: int) -> list[Voucher]:
    """The vouchers with the number, usually one or none; raises NotFoundInTimeError at the limit."""
    year, wanted = identity(year_id), Wanted(series, number)
    if not year:
        return []
    for text, is_certain in _filters(wanted):
        page = _page(asking, year, filter=text, pagesize=SEVERAL)
        found = wanted.among(page.vouchers) if page else []
        if found or (page and is_certain and not page.vouchers):
            return found
    for query in _orders(wanted):
        voucher_search = VoucherSearch(asking, year, query)
        answer = voucher_search.look_up(wanted)
        if answer is not None:
            return answer
    return _go_through(asking, year, wanted)


def find_all(
    asking: Asking, year_id: str, labels: Sequence[tuple[str | None, int]]
) -> list[Voucher] | None:
    """The vouchers with these series and numbers, in the order found; None if Visma refuses such filters."""
    year, found = identity(year_id), list[Voucher]()
    if not year:
        return []
    by_series = dict[str | None, list[int]]()
    for series, number in labels:
        by_series.setdefault(series, []).append(number)
    for series, numbers in by_series.items():
        at_once = MANY if series is not None else FEW
        for start in range(0, len(numbers), at_once):
            wanted = numbers[start : start + at_once]
            page = _page(asking, year, filter=_any_of(series, wanted), pagesize=SEVERAL)
            if page is None or page.pages > 1:
                return None
            named = {
                (None if series is None else one.series.casefold(), one.number)
                for one in page.vouchers
            }
            if not named <= {(series and series.casefold(), number) for number in wanted}:
                return None  # the filter was ignored
            found += marked(asking, page).vouchers
    return list({one.id: one for one in found}.values())


def _any_of(series: str | None, numbers: Sequence[int]) -> str:
    either = " or ".join(f"Number eq {number}" for number in numbers)
    return either if series is None else f"NumberSeries eq {literal(series)} and ({either})"


def find_imported(asking: Asking, year_id: str, labels: Sequence[str]) -> list[Voucher]:
    """The vouchers that had one of these labels before they were imported; raises NotFoundInTimeError."""
    year = identity(year_id)
    if not year or not labels:
        return []
    text = " or ".join(f"ImportedVoucherNumber eq {literal(label)}" for label in labels)
    page = _page(asking, year, filter=text, pagesize=SEVERAL)
    if page is None:
        return _scan(asking, year, lambda one: one.imported_number in labels)
    return [one for one in page.vouchers if one.imported_number in labels]


def _filters(wanted: Wanted) -> Iterator[tuple[str, bool]]:
    """The filters to try; the flag is True if an empty result is conclusive."""
    if wanted.series is None:
        yield f"Number eq {wanted.number}", True
        return
    yield f"NumberSeries eq {literal(wanted.series)} and Number eq {wanted.number}", True
    yield f"NumberAndNumberSeries eq {literal(f'{wanted.series}{wanted.number}')}", False


def _orders(wanted: Wanted) -> Iterator[dict[str, str]]:
    """Query options that sort the list by number; at last the default order, which usually is the same.

    In the default order a voucher of a given series can be found, but not proved to be the only one.
    """
    if wanted.series is not None:
        yield {"orderby": "Number", "filter": f"NumberSeries eq {literal(wanted.series)}"}
    yield {"orderby": "Number"}
    if wanted.series is not None:
        yield {"filter": f"NumberSeries eq {literal(wanted.series)}"}
        yield {}


@dataclass
class VoucherSearch:
    """An interpolation search in a list sorted by number; each page is read once."""

    asking: Asking
    year_id: str
    query: dict[str, str]
    pages: dict[int, VoucherPage] = field(default_factory=dict)

    def look_up(self, wanted: Wanted) -> list[Voucher] | None:
        """The matching vouchers; None if the query is refused or the list turns out to be unsorted."""
        page = self._page(1)
        low, high = 1, page.pages if page else 0
        while page is not None and len(self.pages) <= MOST_STEPS:
            found = wanted.among(page.vouchers)
            numbers = [one.number for one in page.vouchers if one.number is not None]
            if found and wanted.series is not None:
                return found
            if not numbers or any(one > other for one, other in pairwise(numbers)):
                return None
            if numbers[0] <= wanted.number <= numbers[-1]:
                return self._around(page, numbers, wanted)
            low, high = (
                (page.number + 1, high) if wanted.number > numbers[-1] else (low, page.number - 1)
            )
            if low > high:
                return [] if "orderby" in self.query else None
            page = self._page(self._guess(page, numbers, wanted.number, low, high))
        return None

    def _guess(
        self, page: VoucherPage, numbers: list[int], number: int, low: int, high: int
    ) -> int:
        """The page to read next: by interpolation, and every other time the middle."""
        if len(self.pages) % 2:
            far = number - numbers[0]
            return min(high, max(low, page.number + far // max(1, len(page.vouchers))))
        return (low + high) // 2

    def _around(
        self, page: VoucherPage, numbers: list[int], wanted: Wanted
    ) -> list[Voucher] | None:
        """The matches on this page and on adjacent pages that may hold the same number."""
        found = wanted.among(page.vouchers)
        for edge, step in ((numbers[0], -1), (numbers[-1], 1)):
            beside: VoucherPage | None = page
            while beside and edge == wanted.number and 1 <= beside.number + step <= page.pages:
                beside = self._page(beside.number + step)
                if beside is None:
                    return None
                more = wanted.among(beside.vouchers)
                found += more
                if not more:
                    break
        return found if found or "orderby" in self.query else None

    def _page(self, number: int) -> VoucherPage | None:
        if number not in self.pages:
            page = _page(self.asking, self.year_id, page=number, pagesize=NARROW, **self.query)
            if page is None:
                return None
            self.pages[number] = page
        return self.pages[number]


def _go_through(asking: Asking, year_id: str, wanted: Wanted) -> list[Voucher]:
    """Scan the list for the number; the first match is enough if its series is known."""
    alone = wanted.series is not None
    return _scan(asking, year_id, wanted.matches, enough=alone)


def _scan(
    asking: Asking, year_id: str, matches: Callable[[Voucher], bool], *, enough: bool = False
) -> list[Voucher]:
    """Scan the list from its start, in large pages if Visma accepts them; ``enough``: to the first match."""
    found: list[Voucher] = []
    size = WIDE
    number = 1
    while number <= MOST_PAGES and not asking.deadline.passed:
        page = _page(asking, year_id, page=number, pagesize=size)
        if page is None and size == WIDE and number == 1:
            size = NARROW
            continue
        if page is None:
            raise unreadable()
        if not page.vouchers:
            return found
        found += filter(matches, page.vouchers)
        if number >= page.pages or (found and enough):
            return found
        number += 1
    raise NotFoundInTimeError(Cause.PROVIDER_UNAVAILABLE, code="too_many")


def _page(asking: Asking, year_id: str, **query: object) -> VoucherPage | None:
    found = asking.page(f"vouchers/{year_id}", **query)
    return None if found is None else read_page(found, year_id)
