"""The number of statements and calls of callback and check; their time is measured by a command."""

from flask import Flask

from tests.measures import arrival
from tests.support.standin import StandIn

STANDING = 3  # whose move it is: the company that is marked, its facts, what they say
FLOW = 3  # where she stands, what is counted, and that she stands there no more
MOST_STATEMENTS, CALLS = 48 + FLOW, 7  # the code, the company, four in parallel, one document


def test_callback_and_check_use_few_statements_and_calls(visma_app: Flask, visma: StandIn) -> None:
    with arrival.watched(visma_app) as clock:
        arrival.walk(visma_app, visma, clock, 0)  # creates the permits of the call budget
        callback, check = arrival.walk(visma_app, visma, clock, 1)
    assert (callback.statements, callback.calls) == (2 + STANDING, 0)
    assert check.calls == CALLS
    assert check.statements <= MOST_STATEMENTS
    assert 0 < check.theirs < check.whole
