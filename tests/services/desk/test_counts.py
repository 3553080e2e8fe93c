"""Counts of standings are exact, whether folded or not."""

from datetime import timedelta

import time_machine
from sqlalchemy import delete
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.cast import Cast
from tests.support.standings import differences
from wizard.models import Company, MoveReason, now
from wizard.services.desk import counts, keeping


def test_a_removed_company_is_counted_no_more(session: Session, cast: Cast) -> None:
    session.execute(delete(Company).where(Company.id == cast.company.id))
    session.commit()
    assert differences(session) == []
    assert keeping.sort_marked(session) == 0


def test_counts_are_folded_and_stay(session: Session, cast: Cast) -> None:
    for number in range(5):
        connection = broken.connect(session, cast.firm, cast.owner, number)
        if number % 2:
            broken.disturb(session, connection)
    before = counts.counts(session)
    assert counts.fold(session) > 0
    assert counts.fold(session) == 0
    assert sorted(counts.counts(session), key=str) == sorted(before, key=str)
    assert {(one.reason, one.number, one.week) for one in before} == {
        (MoveReason.NOT_INVITED, 2, 2),
        (MoveReason.CONNECTED, 3, 3),
        (MoveReason.OUTAGE, 2, 2),
    }
    with time_machine.travel(now() + timedelta(days=8)):
        assert {one.week for one in counts.counts(session)} == {0}
    with time_machine.travel(now() + timedelta(days=40)):
        assert counts.fold(session) > 0
        assert counts.fold(session) == 0
        assert differences(session) == []
