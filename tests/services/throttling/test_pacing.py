"""The pace through a provider's connections is one for all processes, and slow while it is away."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.broken import connect, disturb
from tests.support.cast import Cast
from tests.support.grants import give_sealed
from wizard.models import Connection, Pace, now
from wizard.services.throttling import pacing
from wizard.services.throttling.pacing import AWAY_AFTER, EVERY, PROBE_EVERY, Work, step

RATE = 600
DAY = timedelta(days=1)


@pytest.fixture
def pace(session: Session) -> Pace:
    """The pace of the checks, begun."""
    begun = pacing.hold(session, "visma", Work.CHECK)
    session.commit()
    return begun


def fail(session: Session, times: int) -> None:
    """So many checks fail, one after another."""
    for _ in range(times):
        pacing.note_failure(session, "visma", Work.CHECK)
    session.expire_all()


def test_each_is_checked_hourly_or_as_often_as_the_rate_allows() -> None:
    assert pacing.interval(0, RATE) == pacing.interval(1000, RATE) == EVERY
    assert pacing.interval(100_000, RATE) == 100_000 * step(RATE) > EVERY


def test_the_next_check_is_never_at_the_same_moment_for_many(session: Session, pace: Pace) -> None:
    turns = {pacing.next_turn(session, "visma", RATE) for _ in range(50)}
    assert len(turns) == 50
    assert all(EVERY * 0.9 < turn - now() <= EVERY for turn in turns)
    pace.connections = 1_000_000
    session.commit()
    assert pacing.next_turn(session, "visma", RATE) - now() > 10 * EVERY


def test_what_is_counted_is_what_there_is_something_to_do_for_and_now_and_then(
    session: Session, cast: Cast, pace: Pace
) -> None:
    made = [connect(session, cast.firm, None, number) for number in range(3)]
    give_sealed(session, made[0])
    assert pacing.hold(session, "visma", Work.CHECK).connections == 0  # counted just now
    session.rollback()
    with time_machine.travel(now() + 2 * pacing.COUNTED_EVERY, tick=True):
        assert pacing.hold(session, "visma", Work.CHECK).connections == 1


def test_slots_are_apart_and_not_taken_far_ahead(pace: Pace) -> None:
    with time_machine.travel(now(), tick=False):
        pace.next_slot_at = now() - DAY  # a background that was away does not make up for it
        taken = pacing.slots(pace, RATE, most=10_000)
        assert taken[0] == now()
        assert {later - earlier for earlier, later in pairwise(taken)} == {step(RATE)}
        assert now() + pacing.AHEAD - step(RATE) < taken[-1] <= now() + pacing.AHEAD
        assert pacing.slots(pace, RATE, most=2) == taken[:2]


def test_a_slot_set_by_a_clock_that_was_wrong_is_not_waited_for(pace: Pace) -> None:
    with time_machine.travel(now(), tick=False):
        pace.next_slot_at = now() + DAY
        assert pacing.slots(pace, RATE, most=1) == [now()]


def test_a_provider_that_fails_again_and_again_is_away_and_tried_seldom(
    session: Session, pace: Pace
) -> None:
    fail(session, AWAY_AFTER - 1)
    assert not pacing.is_away(pace)
    assert pacing.away_since(session, "visma") is None
    began = pace.failing_since
    fail(session, 1)
    assert pacing.is_away(pace)
    assert pacing.away_since(session, "visma") == began
    assert pacing.apart(pace, RATE) == PROBE_EVERY > step(RATE)


def test_an_answer_makes_all_due_that_waited_for_it(
    session: Session, cast: Cast, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pacing, "SOME", 2)
    later = now() + DAY
    made = [connect(session, cast.firm, None, n, next_check_at=later) for n in range(6)]
    for one in made:
        give_sealed(session, one)
    disturb(session, *made[:4])
    made[4].doubted_at = now()
    grants = [one.grant for one in made[:3] if one.grant]
    grants[0].refresh_tries = grants[1].refresh_tries = 1
    grants[1].doubted_at = now()  # what was refused is not sent again at once
    session.commit()
    fail(session, AWAY_AFTER)
    pacing.note_answer(session, "visma", Work.CHECK)
    session.expire_all()
    due = [one.next_check_at is not None and one.next_check_at <= now() for one in made]
    assert due == [True] * 5 + [False]
    refreshed = [one.next_refresh_at is not None and one.next_refresh_at <= now() for one in grants]
    assert refreshed == [True, False, False]
    assert (pace.failures, pace.failing_since) == (0, None)
    session.get_one(Connection, made[0].id).next_check_at = later
    session.commit()
    fail(session, AWAY_AFTER - 1)
    pacing.note_answer(session, "visma", Work.CHECK)  # it had not been away
    session.refresh(made[0])
    assert made[0].next_check_at == later


def test_failures_of_many_processes_are_all_counted(app: Flask, session: Session) -> None:
    pacing.hold(session, "visma", Work.CHECK)
    session.commit()

    def note(_turn: int) -> None:
        with app.extensions["sessions"]() as own:
            pacing.note_failure(own, "visma", Work.CHECK)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(note, range(24)))
    session.rollback()
    assert session.scalars(select(Pace.failures)).all() == [24]
