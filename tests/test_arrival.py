"""The way home asks the database and the provider no more than it must; how long that takes is a command's."""

from flask import Flask

from tests import arrival
from tests.standin import StandIn

MOST_STATEMENTS, CALLS = 40, 7  # the code, the company, four beside each other, one document


def test_the_way_home_asks_no_more_than_it_must(visma_app: Flask, visma: StandIn) -> None:
    with arrival.watched(visma_app) as clock:
        arrival.walk(visma_app, visma, clock, 0)  # makes the rows of the budget
        callback, check = arrival.walk(visma_app, visma, clock, 1)
    assert (callback.statements, callback.calls) == (2, 0)
    assert check.calls == CALLS
    assert check.statements <= MOST_STATEMENTS
    assert 0 < check.theirs < check.whole
