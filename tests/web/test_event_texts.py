"""What has happened is said as it was."""

import pytest
from flask import Flask

from wizard.models import Actor, Event, EventKind, now
from wizard.web import event_texts


@pytest.mark.parametrize(
    ("kind", "cause", "said"),
    [
        (EventKind.WAIT_BEGAN, "visma_unavailable", "svarar inte"),
        (EventKind.WAIT_BEGAN, "our_configuration", "att vi rättar ett fel"),
        (EventKind.WAIT_OVER, None, "gick att kontrollera"),
        (EventKind.WAIT_OVER, "stale_code", "gäller inte längre"),
        (EventKind.WAIT_OVER, "wrong_company", "Väntan är över"),
    ],
)
def test_a_wait_says_why_it_began_and_how_it_ended(
    app: Flask, kind: EventKind, cause: str | None, said: str
) -> None:
    event = Event(at=now(), kind=kind, actor=Actor.SYSTEM, cause=cause)
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        (row,) = event_texts.rows([event])
    assert said in row.text


@pytest.mark.parametrize(
    ("cause", "said"),
    [("visma_unavailable", "slutade svara"), ("our_configuration", "hos oss")],
)
def test_a_disturbance_says_whose_fault_it_is(app: Flask, cause: str, said: str) -> None:
    event = Event(at=now(), kind=EventKind.DISTURBED, actor=Actor.SYSTEM, cause=cause)
    with app.test_request_context(headers={"Accept-Language": "sv"}):
        (row,) = event_texts.rows([event])
    assert said in row.text
