"""Limits count every try once, for all processes together, and forget them in time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.transactions import Statements
from wizard.models import RateCount
from wizard.services.throttling import rate_limits

WINDOW = timedelta(minutes=15)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_as_many_as_the_limit_are_allowed_and_then_none(session: Session) -> None:
    with time_machine.travel(NOON, tick=False):
        tries = [rate_limits.hit(session, "x", "a", 3, WINDOW).allowed for _ in range(5)]
    assert tries == [True, True, True, False, False]


def test_another_subject_and_another_name_have_counts_of_their_own(session: Session) -> None:
    for name, subject in (("x", "a"), ("x", "b"), ("y", "a")):
        assert rate_limits.hit(session, name, subject, 1, WINDOW).allowed


def test_the_next_window_begins_anew_when_it_was_said_to(session: Session) -> None:
    with time_machine.travel(NOON + timedelta(minutes=14), tick=False) as clock:
        rate_limits.hit(session, "x", "a", 1, WINDOW)
        refused = rate_limits.hit(session, "x", "a", 1, WINDOW)
        assert not refused.allowed
        clock.shift(refused.retry_after)
        assert rate_limits.hit(session, "x", "a", 1, WINDOW).allowed
    assert 60 <= refused.retry_after <= 62


def test_a_try_that_is_taken_back_does_not_count(session: Session) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            assert rate_limits.hit(session, "x", "a", 1, WINDOW).allowed
            rate_limits.take_back(session, "x", "a", WINDOW)
            session.commit()


def test_a_try_is_one_statement(session: Session, statements: Callable[[], Statements]) -> None:
    with statements() as sent:
        rate_limits.hit(session, "x", "a", 1, WINDOW)
    assert len(sent) == 1


def test_tries_at_once_are_all_counted(app: Flask) -> None:
    sessions = app.extensions["sessions"]

    def try_once(_: int) -> bool:
        with sessions() as session:
            return rate_limits.hit(session, "x", "a", 7, timedelta(days=1)).allowed

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_once, range(40))) == 7


def test_the_subject_cannot_be_read_in_the_database(session: Session) -> None:
    rate_limits.hit(session, "x", "olga@example.com", 1, WINDOW)
    stored = session.scalar(select(RateCount.subject_hash))
    assert stored is not None
    assert len(stored) == 32
    assert b"olga" not in stored


def test_counts_are_forgotten_when_no_window_can_need_them(session: Session) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        rate_limits.hit(session, "x", "a", 1, WINDOW)
        assert rate_limits.forget_old(session) == 0
        clock.shift(timedelta(days=1, minutes=16))
        assert rate_limits.forget_old(session) == 1
    assert session.scalar(select(func.count(RateCount.id))) == 0


def test_a_household_is_one_network_whatever_address_it_uses() -> None:
    assert rate_limits.network("192.0.2.7") == "192.0.2.7"
    assert rate_limits.network("::ffff:192.0.2.7") == "192.0.2.7"
    assert rate_limits.network("2001:db8:1:2:3::4") == rate_limits.network("2001:db8:1:2:9::9")
    assert rate_limits.network("2001:db8:1:2::1") != rate_limits.network("2001:db8:1:3::1")
    assert rate_limits.network(None) == rate_limits.network("not an address") == "unknown"
