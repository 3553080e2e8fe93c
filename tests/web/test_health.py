"""What a load balancer asks."""

from flask import Flask

from tests.support.transactions import Statements


def test_healthz_says_ok_after_looking_at_the_database(app: Flask) -> None:
    with Statements(app.extensions["engine"]) as sent:
        answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert len(sent) == 1
