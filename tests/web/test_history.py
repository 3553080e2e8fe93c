"""What has happened is said as it was."""

import pytest
from flask import Flask

from wizard.models import Actor, Event, EventKind, now
from wizard.web import history


@pytest.mark.parametrize(
    ("cause", "said"),
    [("visma_unavailable", "slutade svara"), ("our_configuration", "hos oss")],
)
def test_a_disturbance_says_whose_fault_it_is(app: Flask, cause: str, said: str) -> None:
    event = Event(at=now(), kind=EventKind.DISTURBED, actor=Actor.SYSTEM, cause=cause)
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        (row,) = history.rows([event])
    assert said in row.text
