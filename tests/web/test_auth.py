"""Signing in and out, and who may see what."""

from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser, Page
from tests.support.traveller import address, invite
from wizard.services.accounts import staff

Open = Callable[..., Browser]


def sign_in(browser: Browser, email: str, password: str = PASSWORD, query: str = "") -> Page:
    return browser.post(f"/logga-in{query}", {"email": email, "password": password})


@pytest.mark.parametrize(
    ("name", "work"),
    [
        ("owner", "/foretag"),
        ("support", "/support"),
        ("admin", "/admin"),
    ],
)
def test_sign_in_leads_to_ones_work(browser: Open, cast: Cast, name: str, work: str) -> None:
    opened = browser()
    opened.get("/logga-in", 200)
    answer = sign_in(opened, getattr(cast, name).email)
    assert (answer.status, answer.location) == (303, work)
    assert opened.follow(answer).status == 200
    assert opened.get("/").location == opened.get("/logga-in").location == work


def test_sign_in_leads_back_to_the_page_that_was_asked_for(browser: Open, cast: Cast) -> None:
    opened = browser()
    asked = f"/foretag/{cast.company.public_id}/ladda-upp-data?a=b"
    to_sign_in = opened.get(asked, 303)
    form = opened.follow(to_sign_in)
    answer = opened.post(form.actions[0], {"email": cast.owner.email, "password": PASSWORD})
    assert answer.location == asked


@pytest.mark.parametrize(
    "hostile",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "foretag",
        "",
        "/foretag\r\nSet-Cookie: a=b",
    ],
)
def test_sign_in_leads_nowhere_else(browser: Open, cast: Cast, hostile: str) -> None:
    opened = browser()
    answer = opened.post(
        "/logga-in",
        {"email": cast.owner.email, "password": PASSWORD},
        query_string={"next": hostile},
    )
    assert (answer.status, answer.location) == (303, "/foretag")


@pytest.mark.parametrize("email", ["olga@example.com", "nobody@example.com", "inget"])
@pytest.mark.usefixtures("cast")
def test_sign_in_refuses_in_the_same_words_whoever_it_is(browser: Open, email: str) -> None:
    page = sign_in(browser(), email, "fel lösenord")
    assert page.status == 200
    assert "Mejladressen eller lösenordet stämmer inte." in page.words
    assert "fel lösenord" not in page.text
    assert "<title>Fel: " in page.text


@pytest.mark.usefixtures("half_past")
def test_sign_in_says_when_there_have_been_too_many_tries(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "ACCOUNT_AND_ADDRESS", 1)
    opened = browser()
    sign_in(opened, cast.owner.email, "wrong")
    page = sign_in(opened, cast.owner.email)
    assert page.status == 429
    assert 0 < int(page.headers["Retry-After"]) <= 901
    assert opened.get("/foretag").status == 303


def test_sign_in_asks_for_what_is_missing(browser: Open) -> None:
    page = sign_in(browser(), "", "")
    assert page.status == 200
    assert "Skriv din mejladress." in page.words


def test_sign_in_pressed_twice_is_signed_in(browser: Open, cast: Cast) -> None:
    opened = browser()
    first, second = (sign_in(opened, cast.owner.email) for _ in range(2))
    assert first.location == second.location == "/foretag"
    assert opened.get("/foretag").status == 200


def test_sign_in_without_the_forms_token_is_refused(browser: Open, cast: Cast) -> None:
    opened = browser()
    form = {"csrf_token": "", "email": cast.owner.email, "password": PASSWORD}
    assert opened.post("/logga-in", form).status == 400


def test_the_cookie_holds_no_name_and_is_out_of_scripts_reach(browser: Open, cast: Cast) -> None:
    answer = sign_in(browser(), cast.owner.email)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert cast.owner.email not in cookie


def test_sign_out_ends_the_session_in_the_database_too(
    browser: Open, cast: Cast, app: Flask
) -> None:
    opened = browser()
    sign_in(opened, cast.owner.email)
    stolen = Browser(app.test_client())
    cookie = opened.client.get_cookie("session")
    assert cookie is not None
    stolen.client.set_cookie("session", cookie.value)
    assert stolen.get("/foretag").status == 200
    opened.get("/foretag", 200)
    assert opened.post("/logga-ut").location == "/logga-in"
    assert opened.post("/logga-ut").location == "/logga-in"
    assert opened.get("/foretag").status == 303
    assert stolen.get("/foretag").status == 303


def test_sign_out_leaves_nothing_in_the_browser(
    browser: Open, cast: Cast, session: Session, app: Flask
) -> None:
    opened = browser(cast.owner)
    opened.arrive(address(invite(app)))
    opened.get("/overlamning/x", 404)
    with opened.client.session_transaction() as cookie:
        cookie["receipts"] = [1]
        held = set(cookie)
    assert {"grants", "browser", "receipts", "_user_id", "csrf_token"} <= held
    answer = opened.post("/logga-ut", {}, 303)
    with opened.client.session_transaction() as cookie:
        assert dict(cookie) == {}
    assert answer.headers.getlist("Clear-Site-Data") == ['"cache"']  # never the cookies
    assert "Max-Age=0" in answer.headers["Set-Cookie"]


def test_sign_in_makes_the_forgery_secret_anew(browser: Open, cast: Cast) -> None:
    opened = browser()
    opened.get("/logga-in", 200)
    with opened.client.session_transaction() as cookie:
        planted = cookie["csrf_token"]
    sign_in(opened, cast.owner.email)
    stale = opened.post("/logga-ut", {})  # with the token of the page before
    assert stale.status == 400
    opened.get("/foretag", 200)
    with opened.client.session_transaction() as cookie:
        assert cookie["csrf_token"] != planted
    assert opened.post("/logga-ut", {}).status == 303


def test_sign_in_as_another_ends_the_first_with_what_it_held(
    browser: Open, cast: Cast, app: Flask
) -> None:
    opened = browser(cast.owner)
    opened.arrive(address(invite(app)))
    stolen = Browser(app.test_client())
    stolen.client.set_cookie("session", _cookie(opened))
    assert sign_in(opened, cast.support.email).location == "/support"
    with opened.client.session_transaction() as cookie:
        assert "grants" not in cookie
    assert stolen.get("/foretag").status == 303


def test_sign_out_cannot_be_done_by_following_a_link(browser: Open, cast: Cast) -> None:
    opened = browser(cast.owner)
    assert opened.get("/logga-ut").status == 405
    assert opened.get("/foretag").status == 200


def test_a_session_that_is_revoked_elsewhere_is_over(
    browser: Open, cast: Cast, session: Session
) -> None:
    opened = browser(cast.owner)
    assert opened.get("/foretag").status == 200
    staff.sign_out_everywhere(session, cast.owner.email)
    assert opened.get("/foretag").location == "/logga-in?next=/foretag"


def test_a_page_without_staff_asks_the_database_nothing_about_them(
    browser: Open, statements: Callable[[], list[str]]
) -> None:
    opened = browser()
    with statements() as sent:  # type: ignore[attr-defined]
        assert opened.get("/hjalp").status == 200
    assert sent == []
    with statements() as sent:  # type: ignore[attr-defined]
        assert opened.get("/logga-in").status == 200
    assert ["FROM identity_providers" in statement for statement in sent] == [True]


def test_help_is_there_for_staff_when_the_database_is_not(
    make_app: Callable[..., Flask], cast: Cast, browser: Open
) -> None:
    cookie = _cookie(browser(cast.owner))
    away = Browser(make_app(database_url="postgresql://nobody@127.0.0.1:1/none").test_client())
    away.client.set_cookie("session", cookie)
    assert away.get("/hjalp").status == 200
    assert away.get("/foretag").status == 503


def test_sign_in_is_shown_to_strangers_when_the_database_is_not_there(
    make_app: Callable[..., Flask],
) -> None:
    app = make_app(database_url="postgresql://nobody@127.0.0.1:1/none")
    page = Browser.open(app).get("/logga-in", 200)
    assert page.heading == "Logga in"
    assert page.actions == ["/logga-in", "/logga-in/bara-passnyckel"]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(email=st.text(), password=st.text(), target=st.text())
def test_sign_in_stands_any_text(browser: Open, email: str, password: str, target: str) -> None:
    form = {"email": _sendable(email), "password": _sendable(password)}
    page = browser().post("/logga-in", form, query_string={"next": _sendable(target)})
    assert page.status in {200, 429}


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _cookie(browser: Browser) -> str:
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    return str(cookie.value)
