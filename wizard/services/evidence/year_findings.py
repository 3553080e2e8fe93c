"""What a year that was read through came to: its series, the gaps in them, and what lacks documents.

It is summed up once, in the database, when all is read; amounts are whole öre.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, select, text
from sqlalchemy.orm import Session

from wizard.models import ReadVoucher, YearReading
from wizard.providers.base import Voucher
from wizard.services.books.voucher_filters import total_of

MOST_GAPS, MOST_ACCOUNTS = 500, 500  # kept with the summary, which a page shows
LARGEST = 10**16  # öre, so that sums of them fit
# Amounts of vouchers, in öre: from one to below the next.
SPANS = (0, 100_000, 1_000_000, 10_000_000, 100_000_000)
SHOWN, PRINTED = 100, 1_000


@dataclass(frozen=True)
class Series:
    """A series: its first and last number, how many vouchers, and how many numbers between are missing.

    ``twice`` is how many numbers more than one voucher has; ``without`` how many vouchers lack documents.
    """

    name: str
    first: int | None
    last: int | None
    vouchers: int
    missing: int
    twice: int
    without: int


@dataclass(frozen=True)
class Gap:
    """Numbers of a series that no voucher has, from ``first`` to ``last``."""

    series: str
    first: int
    last: int


@dataclass(frozen=True)
class Account:
    """An account: how many vouchers have it, how many of those lack documents, and their turnover on it."""

    number: str
    vouchers: int
    without: int
    amount: int


@dataclass(frozen=True)
class Span:
    """Vouchers with an amount from ``low`` to below ``high`` (None: no end), as Account."""

    low: int
    high: int | None
    vouchers: int
    without: int
    amount: int


@dataclass(frozen=True)
class YearFound:
    """What a year came to. ``gaps`` and ``accounts`` are the first of them; ``gap_count`` is how many there are.

    ``told`` is how many vouchers the provider says that there are.
    """

    vouchers: int
    told: int
    without: int
    amount: int
    gap_count: int
    series: tuple[Series, ...]
    gaps: tuple[Gap, ...]
    accounts: tuple[Account, ...]
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, reading: YearReading) -> Self | None:
        """What a reading that is done came to; None before."""
        kept = reading.found
        if kept is None:
            return None
        return cls(
            **{name: kept[name] for name in ("vouchers", "told", "without", "amount", "gap_count")},
            series=tuple(Series(**one) for one in kept["series"]),
            gaps=tuple(Gap(**one) for one in kept["gaps"]),
            accounts=tuple(Account(**one) for one in kept["accounts"]),
            spans=tuple(Span(**one) for one in kept["spans"]),
        )


@dataclass(frozen=True)
class Which:
    """Which vouchers without documents: all, or those of a series, an account, or a span of SPANS."""

    series: str | None = None
    account: str = ""
    span: int | None = None


def row_of(voucher: Voucher, owner_ids: tuple[str, ...]) -> dict[str, object]:
    """What is stored of a voucher: ids and numbers, and none of its texts."""
    sums = Counter[str]()
    for row in voucher.rows:
        sums[row.account] += _ore(row.debit + row.credit)
    unknown = voucher.has_documents is None
    return {
        "voucher_id": voucher.id,
        "series": voucher.series,
        "number": voucher.number,
        "amount": _ore(total_of(voucher)),
        "accounts": list(sums),
        "amounts": list(sums.values()),
        "has_documents": voucher.has_documents,
        "owner_ids": list(owner_ids) if unknown else [],
    }


def sum_up(session: Session, reading: YearReading) -> dict[str, Any]:
    """The summary of a year whose vouchers are all stored, as YearFound reads it."""
    mine = {"reading": reading.id}
    series = [Series(*line) for line in session.execute(SERIES, mine)]
    gaps = [Gap(*line) for line in session.execute(GAPS, mine | {"most": MOST_GAPS})]
    accounts = session.execute(ACCOUNTS, mine | {"most": MOST_ACCOUNTS})
    spans = _spans(session, reading.id)
    found = YearFound(
        vouchers=sum(one.vouchers for one in series),
        told=reading.vouchers,
        without=sum(one.without for one in series),
        amount=sum(one.amount for one in spans),
        gap_count=session.scalar(GAP_COUNT, mine) or 0,
        series=tuple(series),
        gaps=tuple(gaps),
        accounts=tuple(Account(*line) for line in accounts),
        spans=spans,
    )
    return asdict(found)


def without_documents(
    session: Session, reading_id: int, which: Which, *, skip: int, most: int
) -> list[ReadVoucher]:
    """Vouchers without documents, by series and number, after the first ``skip`` of them. One statement."""
    page = _without(reading_id, which).offset(skip).limit(most)
    return list(session.scalars(page))


def all_without_documents(session: Session, reading_id: int) -> Iterator[ReadVoucher]:
    """All vouchers without documents, a thousand at a time in memory."""
    yield from session.scalars(_without(reading_id, Which()).execution_options(yield_per=1000))


def all_gaps(session: Session, reading_id: int) -> Iterator[Gap]:
    """All gaps, by series and number."""
    for line in session.execute(GAPS, {"reading": reading_id, "most": None}):
        yield Gap(*line)


def _without(reading_id: int, which: Which) -> Select[ReadVoucher]:
    wanted: list[ColumnElement[bool]] = [
        ReadVoucher.year_reading_id == reading_id,
        ReadVoucher.has_documents.is_(False),
    ]
    if which.series is not None:
        wanted.append(ReadVoucher.series == which.series)
    if which.account:
        wanted.append(ReadVoucher.accounts.contains([which.account]))
    if which.span is not None:
        low, high = _ends(which.span)
        wanted.append(ReadVoucher.amount >= low)
        if high is not None:
            wanted.append(ReadVoucher.amount < high)
    order = (ReadVoucher.series, ReadVoucher.number, ReadVoucher.id)
    return select(ReadVoucher).where(*wanted).order_by(*order)


def _spans(session: Session, reading_id: int) -> tuple[Span, ...]:
    given = {"reading": reading_id, "spans": list(SPANS)}
    found = {line[0]: line[1:] for line in session.execute(SPAN_SUMS, given)}
    return tuple(Span(*_ends(place), *found.get(place, (0, 0, 0))) for place in range(len(SPANS)))


def _ends(span: int) -> tuple[int, int | None]:
    """A span's low end, and where the next begins; a voucher that comes to less than nothing is in the first."""
    low = SPANS[span] if span else -LARGEST
    return low, SPANS[span + 1] if span + 1 < len(SPANS) else None


def _ore(amount: Decimal) -> int:
    return max(-LARGEST, min(LARGEST, int(amount * 100)))


SERIES = text(
    """
    select series, min(number), max(number), count(*),
           coalesce(max(number) - min(number) + 1 - count(distinct number), 0),
           count(number) - count(distinct number),
           count(*) filter (where has_documents is false)
    from read_vouchers where year_reading_id = :reading group by series order by series
    """
)
BETWEEN = """
    from (
        select series, number, lag(number) over (partition by series order by number) as before
        from read_vouchers where year_reading_id = :reading and number is not null
    ) as numbers
    where number > before + 1
    """
GAPS = text(f"select series, before + 1, number - 1 {BETWEEN} order by series, number limit :most")
GAP_COUNT = text(f"select count(*) {BETWEEN}")
ACCOUNTS = text(
    """
    select account, count(*), count(*) filter (where has_documents is false) as without,
           coalesce(sum(on_account) filter (where has_documents is false), 0)::bigint
    from read_vouchers, unnest(accounts, amounts) as rows (account, on_account)
    where year_reading_id = :reading
    group by account order by without desc, account limit :most
    """
)
SPAN_SUMS = text(
    """
    select greatest(width_bucket(amount, cast(:spans as bigint[])) - 1, 0) as place,
           count(*), count(*) filter (where has_documents is false),
           coalesce(sum(amount) filter (where has_documents is false), 0)::bigint
    from read_vouchers where year_reading_id = :reading group by place
    """
)
