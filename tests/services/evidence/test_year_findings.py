"""What a year comes to is summed up rightly, whatever its numbers are."""

from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from wizard.models import KeyPurpose, ReadVoucher, YearReading, now
from wizard.providers.base import Voucher, VoucherRow
from wizard.services.evidence.year_findings import (
    SPANS,
    Gap,
    Which,
    YearFound,
    all_gaps,
    row_of,
    sum_up,
    without_documents,
)
from wizard.services.invitations import lifecycle

AMOUNTS = st.decimals(min_value=-5, max_value=2_000_000, places=2)
VOUCHERS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", ""]),
        st.one_of(st.none(), st.integers(1, 40)),
        st.booleans(),
        st.dictionaries(st.sampled_from(["1930", "2440", "5410"]), AMOUNTS, max_size=3),
    ),
    max_size=40,
)


def voucher(
    place: int, series: str, number: int | None, has: bool, rows: dict[str, Decimal]
) -> Voucher:
    made = tuple(VoucherRow(one, "", amount, Decimal(), "") for one, amount in rows.items())
    return Voucher(
        "", (), id=str(place), series=series, number=number, rows=made, has_documents=has
    )


@pytest.fixture
def reading(app: Flask, session: Session, cast: Cast) -> YearReading:
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    made = YearReading(
        connection_id=make_connection(session, link).id,
        year_id="2026",
        first_day=now().date(),
        last_day=now().date(),
        vouchers=3,
    )
    session.add(made)
    session.commit()
    return made


def store(session: Session, reading: YearReading, vouchers: list[Voucher]) -> YearFound:
    session.execute(delete(ReadVoucher))
    for one in vouchers:
        session.add(ReadVoucher(year_reading_id=reading.id, **row_of(one, ())))
    session.flush()
    reading.found = sum_up(session, reading)
    found = YearFound.of(reading)
    assert found is not None
    return found


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=VOUCHERS)
def test_series_gaps_accounts_and_spans_are_those_of_the_vouchers(
    session: Session, reading: YearReading, drawn: list[tuple[str, int | None, bool, dict[str, Decimal]]]
) -> None:  # fmt: skip
    vouchers = [voucher(place, *one) for place, one in enumerate(drawn)]
    found = store(session, reading, vouchers)
    lacking = [one for one in drawn if not one[2]]
    assert (found.vouchers, found.without, found.told) == (len(drawn), len(lacking), 3)
    gaps = [gap for name in sorted({one[0] for one in drawn}) for gap in gaps_of(name, drawn)]
    assert [*found.gaps] == [*all_gaps(session, reading.id)] == gaps
    assert found.gap_count == len(gaps)
    for one in found.series:
        mine = [each for each in drawn if each[0] == one.name]
        numbers = [number for _, number, _, _ in mine if number]
        assert (one.first, one.last) == (min(numbers, default=None), max(numbers, default=None))
        assert one.vouchers == len(mine)
        assert one.twice == len(numbers) - len(set(numbers))
        assert one.missing == sum(
            gap.last - gap.first + 1 for gap in gaps if gap.series == one.name
        )
        assert one.without == sum(not has for _, _, has, _ in mine)
    turnover = Counter[str]()
    for _, _, _, rows in lacking:
        for account, amount in rows.items():
            turnover[account] += int(amount * 100)
    assert {one.number: one.amount for one in found.accounts} == {
        account: turnover[account] for _, _, _, rows in drawn for account in rows
    }
    totals = [int(sum(rows.values(), Decimal()) * 100) for _, _, _, rows in lacking]
    assert found.amount == sum(totals)
    for place, span in enumerate(found.spans):
        low = SPANS[place] if place else None
        inside = [
            one
            for one in totals
            if (low is None or one >= low) and (span.high is None or one < span.high)
        ]
        assert (span.without, span.amount) == (len(inside), sum(inside))
        listed = without_documents(session, reading.id, Which(span=place), skip=0, most=99)
        assert sorted(one.amount for one in listed) == sorted(inside)


def gaps_of(
    series: str, drawn: list[tuple[str, int | None, bool, dict[str, Decimal]]]
) -> list[Gap]:
    numbers = sorted({number for name, number, _, _ in drawn if name == series and number})
    beside = pairwise(numbers)
    return [Gap(series, one + 1, other - 1) for one, other in beside if other > one + 1]


def test_which_narrows_by_series_and_account_and_pages(
    session: Session, reading: YearReading
) -> None:
    rows = {"1930": Decimal("12.50")}
    vouchers = [voucher(place, "AB"[place % 2], place + 1, False, rows) for place in range(6)]
    store(session, reading, [*vouchers, voucher(9, "A", 9, True, rows)])

    def labels(which: Which, **cut: int) -> list[str]:
        given = {"skip": 0, "most": 9, **cut}
        found = without_documents(session, reading.id, which, **given)
        return [f"{one.series}{one.number}" for one in found]

    assert labels(Which()) == ["A1", "A3", "A5", "B2", "B4", "B6"]
    assert labels(Which(), skip=2, most=2) == ["A5", "B2"]
    assert labels(Which(series="B")) == ["B2", "B4", "B6"]
    assert labels(Which(account="2440")) == []
    assert labels(Which(account="1930", series="A", span=0)) == ["A1", "A3", "A5"]


def test_amounts_that_no_column_holds_are_the_largest_there_are() -> None:
    huge = voucher(1, "A", 1, False, {"1930": Decimal("9e25")})
    row = row_of(huge, ("x",))
    assert (row["amount"], row["owner_ids"]) == (10**16, [])
