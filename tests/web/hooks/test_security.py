"""Headers and cookies: the same on every kind of answer, stricter behind https."""

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask

from tests.support.client import Browser
from tests.support.traveller import address, invite
from wizard.models import now
from wizard.web.hooks.security import SESSION_LIFETIME, SESSION_RENEWED

HTTPS = {
    "public_url": "https://koppla.example.se",
    "trusted_proxies": 1,
    "visma_identity_url": "https://identity.vismaonline.com",
    "visma_api_url": "https://eaccountingapi.vismaonline.com",
}
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
PATHS = ["/logga-in", "/hjalp", "/finns-inte", "/healthz", "/k/abc", "/visma/callback"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert "Server" not in headers or "Werkzeug" in headers["Server"]


ONCE = ["/logga-in", "/k/abc", "/visma/callback", "/koppla/x/valkommen", "/static/finns-inte"]


@pytest.mark.parametrize("path", ONCE)
def test_pages_for_one_reader_are_neither_stored_nor_indexed(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("path", ["/k/abc", "/visma/callback?code=x&state=y"])
def test_an_address_with_a_secret_is_told_to_nobody(app: Flask, path: str) -> None:
    assert app.test_client().get(path).headers["Referrer-Policy"] == "no-referrer"


def test_static_files_are_kept_and_their_address_follows_their_content(app: Flask) -> None:
    page = Browser.open(app).get("/logga-in", 200)
    style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "?v=" in style
    with app.test_client().get(style) as answer:
        assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_a_file_is_sent_without_a_cookie_and_with_few_words(app: Flask) -> None:
    browser = Browser.open(app)
    browser.get(address(invite(app)), 303)  # a session, which lasts
    for path in ("/static/css/app.css", "/static/js/app.js", "/static/pictures/mark.svg"):
        with browser.client.get(path) as answer:
            headers = answer.headers
        assert "Set-Cookie" not in headers
        assert "Cookie" not in headers.get("Vary", "")
        assert headers["Content-Security-Policy"] == "default-src 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert sum(len(f"{name}: {value}\r\n") for name, value in headers.items()) < 450


def test_the_icon_is_in_the_page(app: Flask) -> None:
    page = Browser.open(app).get("/logga-in", 200)
    assert '<link rel="icon" href="data:image/svg+xml,%3Csvg ' in page.text
    assert "img-src 'self' data:;" in page.headers["Content-Security-Policy"]


def test_the_cookie_is_sent_when_it_says_something_new_and_once_an_hour(app: Flask) -> None:
    """So that a page that is slow does not put back what another one has changed since."""
    browser, link, begun = Browser.open(app), invite(app), now()
    browser.get(address(link), 303)
    guide = f"/koppla/{link.invitation.public_id}/valkommen"
    assert "session=" in browser.get(guide, 200).headers["Set-Cookie"]  # its form has a new token
    assert "Set-Cookie" not in browser.get(guide, 200).headers
    for visit in (
        1,
        2,
    ):  # it lives for two weeks from the last visit; the link has ended, and says so
        with time_machine.travel(begun + visit * (SESSION_LIFETIME - SESSION_RENEWED)):
            assert (
                "session=" in browser.get(guide, 200 if visit == 1 else 410).headers["Set-Cookie"]
            )
            assert "Set-Cookie" not in browser.get(guide, 200 if visit == 1 else 410).headers
    with time_machine.travel(begun + 4 * SESSION_LIFETIME):
        browser.get(guide, 404)


def test_the_cookie_of_a_demo_is_one_that_plain_http_keeps(app: Flask) -> None:
    cookie = Browser.open(app).get(address(invite(app))).headers["Set-Cookie"]
    assert cookie.startswith("session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_cookie_belongs_to_this_host_alone(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(**HTTPS)
    answer = app.test_client().get(address(invite(app)), headers=FORWARDED)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for said in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert said in cookie
    assert "Domain" not in cookie
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]


def test_a_forged_host_changes_no_address_we_hand_out(make_app: Callable[..., Flask]) -> None:
    app = make_app(**HTTPS)
    answer = app.test_client().get(
        address(invite(app)), headers={**FORWARDED, "Host": "evil.example", "X-Forwarded-Host": "e"}
    )
    assert answer.headers["Location"].startswith("/koppla/")
    assert "evil" not in str(answer.headers)
