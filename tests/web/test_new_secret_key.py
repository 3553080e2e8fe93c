"""A new secret key: what the one before signed is good while it is named, and no longer."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.services.books.documents import Place
from wizard.web.hooks.known import browser_here
from wizard.web.voucher.proofs import holds, prove

OLD, NEW = (
    "the secret key of yesterday and long enough",
    "the secret key of today, also long enough",
)
PLACE = Place("2026", "v-1", "d-1")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def cookie_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("session")
    assert cookie
    return str(cookie.value)


@pytest.mark.parametrize(("previous", "good"), [(OLD, True), ("", False)])
def test_what_the_key_before_signed(
    make_app: Callable[..., Flask], cast: Cast, previous: str, good: bool
) -> None:
    before = make_app(secret_key=OLD)
    after = make_app(secret_key=NEW, secret_key_previous=previous)
    browser = Browser.open(before, cast.owner)
    (token, *_) = TOKEN.findall(browser.get("/konto", 200).text)
    with before.app_context():
        proof = prove("c", PLACE, "A1")
    known = before.extensions["known_browsers"].dumps(["browser", [cast.owner.public_id]])

    moved = Browser.open(after)
    moved.client.set_cookie("session", cookie_of(browser))
    assert (moved.get("/konto").status == 200) is good
    moved.client.post("/logga-ut", data={"csrf_token": token})
    assert (browser.get("/konto").status != 200) is good  # signed out, by a form of the key before
    with after.app_context():
        assert holds("c", PLACE, "A1", proof) is good
    with after.test_request_context(headers={"Cookie": f"known={known}"}):
        assert (browser_here() is not None) is good
