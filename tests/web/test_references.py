"""An error has a reference that its page shows, and that support can look up."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import now
from wizard.web import references


def test_a_reference_says_when_the_request_came() -> None:
    made = references.new()
    found = references.moment(f" {made.upper()} ")
    assert found
    assert abs((now() - found).total_seconds()) < 5
    assert references.new() != made


@pytest.mark.parametrize(
    "text", ["", "4F7KXT", "5599001079", "f" * 16, "0" * 16, "6" * 15, "g" * 16]
)
def test_what_is_no_reference_is_searched_for_as_before(text: str) -> None:
    assert references.moment(text) is None


def test_support_finds_the_line_of_what_went_wrong(
    make_app: Callable[..., Flask], cast: Cast
) -> None:
    app = make_app()

    def fails() -> str:
        raise RuntimeError

    app.add_url_rule("/fails", view_func=fails)
    app.add_url_rule("/api/fails", view_func=fails)
    page = Browser.open(app).get("/fails", 500)
    (reference,) = re.findall(r"[0-9a-f]{16}", page.words)
    assert reference == page.headers["X-Request-Id"]
    problem = app.test_client().get("/api/fails")
    assert problem.status_code == 500
    assert problem.json
    assert problem.json["reference"] == problem.headers["X-Request-Id"]
    looked_up = Browser.open(app, cast.support).get(f"/support?q={reference}", 200)
    assert f'"request_id": "{reference}"' in looked_up.words
    assert "Nobody was found" not in looked_up.words
