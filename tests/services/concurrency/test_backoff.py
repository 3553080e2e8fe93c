"""Waits grow after each failure up to the longest, and differ so that many do not try together."""

from datetime import timedelta

from wizard.services.concurrency.backoff import back_off, spread

FIRST, LONGEST = timedelta(seconds=5), timedelta(minutes=10)


def test_a_wait_doubles_with_each_failure_until_it_is_the_longest() -> None:
    for tries in (0, 1, 2, 6, 7, 20, 10_000):
        middle = min(FIRST * 2 ** min(tries, 20), LONGEST)
        for _ in range(20):
            assert middle * 0.75 <= back_off(tries, FIRST, LONGEST) <= middle * 1.25


def test_those_who_failed_together_do_not_try_together() -> None:
    assert len({back_off(3, FIRST, LONGEST) for _ in range(50)}) > 40


def test_a_share_of_nothing_spreads_nothing() -> None:
    assert spread(LONGEST, 0) == LONGEST
    assert all(LONGEST * 0.95 <= spread(LONGEST, 0.05) <= LONGEST * 1.05 for _ in range(50))
