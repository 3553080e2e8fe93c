"""The flow of a week, as it is summed, folded and forgotten."""

from datetime import timedelta

import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wizard.models import ALL_FIRMS, FunnelCount, FunnelCounted, Step, now
from wizard.services.desk.funnel import SPANS, week_of
from wizard.services.desk.funnel_report import HALF, MOST, Place, fold, forget, report


def _count(
    session: Session, counted: FunnelCounted, number: int = 1, *, cause: str = "", took: int = 0
) -> None:
    step = Step.APPROVE if cause else Step.PERMISSION
    session.add_all(
        FunnelCount(
            week=week_of(now()),
            firm_id=ALL_FIRMS,
            provider="visma",
            step=step,
            cause=cause,
            counted=counted,
            took=took,
            number=1,
        )
        for _ in range(number)
    )
    session.commit()


def _seen(session: Session) -> list[tuple[Step, str, int, int]]:
    (road,) = report(session, week_of(now()))
    return [(one.step, one.cause, one.came, one.went_on) for one in road.places if one.came]


def test_folding_changes_no_sum(session: Session) -> None:
    _count(session, FunnelCounted.CAME, 5)
    _count(session, FunnelCounted.WENT_ON, 2, took=3)
    _count(session, FunnelCounted.CAME, 2, cause="wrong_company")
    _count(session, FunnelCounted.CAME, 3, cause="consent_ended")
    before = _seen(session)
    assert before == [
        (Step.PERMISSION, "", 5, 2),
        (Step.APPROVE, "consent_ended", 3, 0),
        (Step.APPROVE, "wrong_company", 2, 0),
    ]
    for _ in range(2):
        assert fold(session) > 0
        assert fold(session) == 0
        assert _seen(session) == before
        assert session.scalar(select(func.count(FunnelCount.id))) == 4
        _count(session, FunnelCounted.CAME)
        before[0] = (Step.PERMISSION, "", before[0][2] + 1, 2)
        assert _seen(session) == before


def test_weeks_are_forgotten_after_two_years(session: Session) -> None:
    _count(session, FunnelCounted.CAME)
    with time_machine.travel(now() + timedelta(weeks=104)):
        forget(session)
        assert session.scalar(select(func.count(FunnelCount.id))) == 1
    with time_machine.travel(now() + timedelta(weeks=105)):
        forget(session)
        assert session.scalar(select(func.count(FunnelCount.id))) == 0


def test_a_share_is_within_the_span_in_which_it_is_reached() -> None:
    place = Place(Step.PERMISSION, "")
    timed = [place.is_timed]
    for span, number in ((0, 5), (2, 4), (len(SPANS), 1)):
        place.spans[span] = number
        place.number[FunnelCounted.WENT_ON] += number
    assert [*timed, place.is_timed] == [False, True]
    assert (place.within(HALF), place.within(MOST)) == (SPANS[0], SPANS[2])
    assert place.within(1.0) is None
