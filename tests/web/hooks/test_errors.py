"""Error pages: each in Swedish, with a way on, also when the database is away."""

from collections.abc import Callable

import pytest
from flask import Flask, abort
from werkzeug.exceptions import TooManyRequests

from tests.support.client import Browser, Page
from tests.web.hooks.test_logs import lines
from tests.web.hooks.test_security import FORWARDED, HTTPS

PUBLIC = "https://koppla.example.se"
HEADINGS: dict[int, str] = {}


def page_of(app: Flask, code: int) -> Page:
    """The page that a view gets when it gives up with this code."""
    app.add_url_rule(f"/give-up/{code}", f"give_up_{code}", lambda: abort(code))
    return Browser.open(app).get(f"/give-up/{code}", code)


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 429, 500, 503])
def test_every_error_has_a_page_of_its_own_with_a_way_on(app: Flask, code: int) -> None:
    page = page_of(app, code)
    assert page.links
    assert page.headers["X-Request-Id"] in page.words
    assert page.heading not in [heading for other, heading in HEADINGS.items() if other != code]
    HEADINGS[code] = page.heading


@pytest.mark.parametrize("code", [406, 415, 422, 451, 502])
def test_an_error_without_a_page_of_its_own_gets_the_nearest(app: Flask, code: int) -> None:
    assert page_of(app, code).heading


def test_a_mistake_of_ours_shows_nothing_of_itself(app: Flask) -> None:
    def fall() -> str:
        raise RuntimeError("the secret is kaffe")

    app.add_url_rule("/fall", "fall", fall)
    page = Browser.open(app).get("/fall", 500)
    assert "kaffe" not in page.text
    assert "RuntimeError" not in page.text


@pytest.mark.parametrize(("seconds", "said"), [(20, "en minut"), (2950, "50 minuter")])
def test_too_many_tries_says_how_long_to_wait(app: Flask, seconds: int, said: str) -> None:
    def refuse() -> str:
        raise TooManyRequests(retry_after=seconds)

    app.add_url_rule("/refuse", "refuse", refuse)
    page = Browser.open(app).get("/refuse", 429)
    assert f"Vänta {said} och försök igen." in page.words
    assert "/refuse" in page.links


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        ("http://localhost/kvitto/nr/x/koppla-fran", "/kvitto/nr/x/koppla-fran"),
        ("http://localhost//evil.example/", "/evil.example/"),
        ("http://evil.example/kvitto", "/"),
        ("", "/"),
    ],
)
def test_a_press_that_failed_leads_back_to_its_page_if_it_is_ours(
    app: Flask, referrer: str, back: str
) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.add_url_rule("/press", "press", lambda: abort(429), methods=["POST"])
    answer = app.test_client().post("/press", headers={"Referer": referrer})
    assert answer.status_code == 429
    assert f'<a class="button" href="{back}">Tillbaka</a>' in answer.text


def test_a_form_too_large_is_told(app: Flask) -> None:
    page = Browser.open(app).post("/logga-in", {"email": "a" * 100_000}, 413)
    assert page.heading


def test_a_form_without_its_token_loses_nothing_and_says_so(app: Flask) -> None:
    answer = app.test_client().post("/logga-in", data={"email": "a@example.se"})
    assert answer.status_code == 400
    assert "<h1" in answer.text


def test_a_wrong_method_says_which_are_right(app: Flask) -> None:
    answer = app.test_client().delete("/logga-in")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/healthz", "/k/abc", "/koppla/abc/valkommen"])
def test_without_the_database_pages_say_to_wait_and_recover_by_themselves(
    make_app: Callable[..., Flask], path: str
) -> None:
    app = make_app(database_url="postgresql://wizard@127.0.0.1:1/wizard")
    browser = Browser.open(app)
    if path.startswith("/koppla"):
        with browser.client.session_transaction() as session:
            session["grants"] = [1]
    answer = browser.get(path, 503)
    assert answer.headers["Retry-After"]


def test_a_page_that_needs_no_database_is_there_without_it(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(database_url="postgresql://wizard@127.0.0.1:1/wizard")
    assert Browser.open(app).get("/hjalp").status == 200


@pytest.mark.parametrize(
    ("headers", "reason", "advised"),
    [
        ({"Origin": "https://koppla.example.se"}, "The CSRF token is missing.", False),
        ({"Host": "127.0.0.1:8000"}, "The referrer does not match the host.", True),
        ({"Referer": ""}, "The referrer header is missing.", False),
        ({"Referer": "https://evil.example/k/x", "Origin": "https://evil.example"}, "match", False),
    ],
)
def test_a_refused_form_says_why_in_the_log(
    make_app: Callable[..., Flask],
    capsys: pytest.CaptureFixture[str],
    headers: dict[str, str],
    reason: str,
    advised: bool,
) -> None:
    app = make_app(**{**HTTPS, "log_level": "WARNING"})
    browser = Browser.open(app)
    usual = {"Host": "koppla.example.se", "Referer": "https://koppla.example.se/k/secret"}
    browser.get("/logga-in", 200, headers={**FORWARDED, **usual}, base_url=PUBLIC)
    cookie = browser.client.get_cookie("__Host-session", "koppla.example.se")
    assert cookie
    browser.client.set_cookie(cookie.key, cookie.value, domain="127.0.0.1", secure=True)
    sent = {**FORWARDED, **usual, **headers}
    form = {"csrf_token": ""} if "token" in reason else {}
    answer = browser.post("/logga-in", form, headers=sent, base_url=PUBLIC)
    from_our_page = headers.get("Origin") == PUBLIC  # which is shown again
    assert answer.status == (303 if from_our_page else 400)
    [line] = [each for each in lines(capsys) if each["event"] == "form_refused"]
    assert reason in str(line["reason"])
    assert line["host"] == sent["Host"]
    assert line["origin"] == headers.get("Origin", "")
    assert ("advice" in line) is advised
    assert "secret" not in str(line)
