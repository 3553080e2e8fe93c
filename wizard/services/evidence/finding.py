"""The vouchers that a sample names, and what becomes of each label: its fate, before anything is fetched."""

from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum

from wizard.providers.base import FiscalYear, NotFoundInTimeError, Voucher
from wizard.services.books.labels import Label
from wizard.services.books.provider_session import ProviderSession
from wizard.services.books.vouchers import chosen
from wizard.services.context import ProviderContext
from wizard.services.evidence.samples import Line, Problem

MOST_ALONE = 60  # labels looked for one by one, where the provider cannot find many at once


class Fate(StrEnum):
    """What becomes of a label, or of a line without labels, or of a document."""

    FOUND = "found"
    WITHOUT_DOCUMENTS = "without_documents"
    NOT_FOUND = "not_found"
    IN_SEVERAL_SERIES = "in_several_series"
    NOT_SEARCHED = "not_searched"
    UNREADABLE = "unreadable"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    REFUSED = "refused"
    CUT = "cut"
    AWAY = "away"
    ENDED = "ended"


OF_PROBLEM = {Problem.UNREADABLE: Fate.UNREADABLE, Problem.TOO_MANY: Fate.TOO_MANY}


@dataclass(frozen=True)
class Item:
    """A label of a sample, or a line of it that names none, with its voucher if there is exactly one."""

    asked: str
    fate: Fate
    voucher: Voucher | None = None

    @property
    def is_missing(self) -> bool:
        """True if no document will come of it."""
        return self.fate is not Fate.FOUND


@dataclass(frozen=True)
class Found:
    """A sample's items in its order; ``year`` is None if the company has no such fiscal year."""

    years: list[FiscalYear]
    year: FiscalYear | None
    items: tuple[Item, ...]


def look_up(
    context: ProviderContext,
    connection_id: int,
    year: str,
    lines: list[Line],
    *,
    seconds: float = 25.0,
) -> Found:
    """Find the vouchers of a sample in a fiscal year: an id, a date within it, or empty for today's.

    Raises RenewalNeededError, DisconnectedError, or ProviderError.
    """
    with ProviderSession(context, connection_id, seconds) as provider_session:
        ask = context.provider.fiscal_years
        years = provider_session.ask(lambda token, s: ask(token, timeout=s))
        of = chosen(years, year)
        if of is None:
            return Found(years, None, ())
        labels = [label for line in lines for label in line.labels]
        vouchers = _vouchers(provider_session, of.id, labels)
    items = list[Item]()
    for line in lines:
        if line.problem:
            items.append(Item(line.written, OF_PROBLEM[line.problem]))
        items += [_item(label, vouchers.get(label)) for label in line.labels]
    return Found(years, of, _once(items))


def _item(label: Label, vouchers: list[Voucher] | None) -> Item:
    if vouchers is None:
        return Item(str(label), Fate.NOT_SEARCHED)
    if len(vouchers) != 1:
        return Item(str(label), Fate.IN_SEVERAL_SERIES if vouchers else Fate.NOT_FOUND)
    missing = vouchers[0].has_documents is False
    return Item(str(label), Fate.WITHOUT_DOCUMENTS if missing else Fate.FOUND, vouchers[0])


def _once(items: list[Item]) -> tuple[Item, ...]:
    """Each voucher once, though it was asked for with its series and without."""
    seen, kept = set[str](), list[Item]()
    for item in items:
        if item.voucher is None or item.voucher.id not in seen:
            kept.append(item)
        if item.voucher:
            seen.add(item.voucher.id)
    return tuple(kept)


def _vouchers(
    provider_session: ProviderSession, year_id: str, labels: list[Label]
) -> dict[Label, list[Voucher]]:
    """The vouchers with each label; those that could not be looked for are left out."""
    find = provider_session.context.provider.find_all
    wanted = [(label.series, label.number) for label in labels]
    found = provider_session.ask(lambda token, s: find(token, year_id, wanted, timeout=s))
    if found is not None:
        return {label: [one for one in found if _is_named(one, label)] for label in labels}
    asked = {label: _alone(provider_session, year_id, label) for label in labels[:MOST_ALONE]}
    told = dict[Label, list[Voucher]]()
    for label, future in asked.items():
        try:
            told[label] = future.result()
        except NotFoundInTimeError:
            continue
    return told


def _is_named(voucher: Voucher, label: Label) -> bool:
    in_series = label.series is None or voucher.series.casefold() == label.series.casefold()
    return in_series and voucher.number == label.number


def _alone(provider_session: ProviderSession, year_id: str, label: Label) -> Future[list[Voucher]]:
    find = provider_session.context.provider.find_vouchers
    return provider_session.begin(
        lambda token, s: find(token, year_id, label.series, label.number, timeout=s)
    )
