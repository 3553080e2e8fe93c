"""A second factor of one's own, the page that asks for it, who must have one, and proving again who one is."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.support.authenticator import Authenticator
from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser, Page
from tests.support.codes import code_of
from wizard.models import LinkPurpose, StaffSession, User, now
from wizard.services.accounts import account_links
from wizard.services.api import api_keys

pytestmark = pytest.mark.usefixtures("half_past")
Open = Callable[..., Browser]
CODE = re.compile(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){5}")


def equip(opened: Browser) -> tuple[str, list[str]]:
    """Turn codes on in a browser that is signed in; returns the secret and the recovery codes."""
    page = opened.get("/konto/tva-steg", 200)
    found = re.search(r"Nyckeln: ([A-Z2-7]{32})", page.words)
    assert found
    assert "<svg" in page.text
    page = opened.post("/konto/tva-steg", {"code": code_of(found[1], -1)}, 200)
    codes = CODE.findall(page.words)
    assert len(codes) == 10
    return found[1], codes


def sign_in(opened: Browser, user: User, query: str = "") -> Page:
    return opened.post(f"/logga-in{query}", {"email": user.email, "password": PASSWORD}, 303)


def grow_old(session: Session) -> None:
    """Every session was proved twenty minutes ago."""
    session.execute(update(StaffSession).values(confirmed_at=now() - timedelta(minutes=20)))
    session.commit()


def test_set_up_and_code_let_in_with_both_and_lead_to_what_was_asked_for(
    browser: Open, cast: Cast
) -> None:
    own = browser(cast.owner)
    assert "/konto/tva-steg" in own.get("/konto", 200).links
    secret, codes = equip(own)
    assert "10 reservkoder finns kvar." in own.get("/konto", 200).words
    assert own.get("/konto/tva-steg", 303).goes_to == "/konto"
    for shown in (code_of(secret), codes[0].upper()):
        opened = browser()
        page = opened.follow(sign_in(opened, cast.owner, "?next=/konto"))
        assert page.heading == "Skriv koden"
        assert opened.get("/foretag", 303).goes_to == "/logga-in"  # half is not in
        wrong = opened.post(page.actions[0], {"code": "inget"}, 200)
        assert "Koden fungerar inte." in wrong.words
        assert wrong.value("code") == ""
        assert opened.post(page.actions[0], {"code": shown}, 303).location == "/konto"
        opened.get("/konto", 200)
    assert "9 reservkoder finns kvar." in own.get("/konto", 200).words


def test_set_up_wants_a_right_code(browser: Open, cast: Cast) -> None:
    opened = browser(cast.owner)
    opened.get("/konto/tva-steg", 200)
    assert "Skriv koden som appen visar." in opened.post("/konto/tva-steg", {}, 200).words
    for wrong in ("abcdef", "åäöåäö", "٣٣٣٣٣٣", "-", *["1 2 3"] * 6):
        page = opened.post("/konto/tva-steg", {"code": wrong}, 200)
        assert "Det är inte koden som appen visar nu." in page.words
    assert opened.post("/konto/tva-steg", {"code": "abcdef"}).status == 429


def test_code_is_asked_for_minutes_only(browser: Open, cast: Cast) -> None:
    equip(browser(cast.owner))
    opened = browser()
    assert opened.get("/logga-in/kod", 303).goes_to == "/logga-in"
    sign_in(opened, cast.owner)
    with time_machine.travel(now() + timedelta(minutes=11)):
        page = opened.follow(opened.post("/logga-in/kod", {"code": "123456"}, 303))
        assert "Det tog för lång tid." in page.words


def test_code_is_asked_for_so_many_times(browser: Open, cast: Cast) -> None:
    _, codes = equip(browser(cast.owner))
    opened = browser()
    sign_in(opened, cast.owner)
    for _ in range(10):
        opened.post("/logga-in/kod", {"code": "000000"}, 200)
    refused = opened.post("/logga-in/kod", {"code": "000000"}, 429)
    assert "skriv en reservkod" in refused.words
    assert int(refused.headers["Retry-After"]) > 0
    opened.post("/logga-in/kod", {"code": codes[0]}, 303)


def test_recovery_and_remove(browser: Open, cast: Cast) -> None:
    opened = browser(cast.owner)
    assert opened.post("/konto/reservkoder", status=303).goes_to == "/konto"
    _, old = equip(opened)
    new = CODE.findall(opened.post("/konto/reservkoder", status=200).words)
    assert len({*old, *new}) == 20
    opened.post("/konto/tva-steg/ta-bort", status=303)
    assert sign_in(browser(), cast.owner).location == "/foretag"


@pytest.mark.parametrize("who", ["admin", "support"])
def test_set_up_comes_first_for_who_must_have_one(
    make_app: Callable[..., Flask], cast: Cast, who: str
) -> None:
    app, user = make_app(second_factor=True), getattr(cast, who)
    opened = Browser.open(app)
    sign_in(opened, user)
    asked = opened.get("/admin/kopplingar", 303)
    assert asked.location == "/konto/tva-steg?next=/admin/kopplingar"
    page = opened.follow(asked)
    found = re.search(r"Nyckeln: ([A-Z2-7]{32})", page.words)
    assert found
    done = opened.post(page.actions[-1], {"code": code_of(found[1])}, 200)
    assert "/admin/kopplingar" in done.links
    opened.get("/admin/kopplingar", 200)
    opened.post("/konto/tva-steg/ta-bort", status=303)
    assert opened.get("/admin/kopplingar", 303).goes_to == "/konto/tva-steg"
    Browser.open(app, cast.owner).get("/foretag", 200)


def options(page: Page) -> dict[str, Any]:
    """What the page asks the browser's authenticator."""
    assert page.tree is not None
    (form,) = [form for form in page.tree.iter("form") if form.get("data-passkey")]
    found: dict[str, Any] = json.loads(form.get("data-passkey", ""))
    return found


def test_passkey_is_made_shown_in_place_of_a_code_and_removed(browser: Open, cast: Cast) -> None:
    own = browser(cast.owner)
    assert own.get("/konto/passnyckel", 303).goes_to == "/konto/tva-steg"
    equip(own)
    device = Authenticator("http://localhost")
    made = device.make(options(own.get("/konto/passnyckel", 200)))
    refused = own.post("/konto/passnyckel", {"name": "Mobil", "passkey": made[:-9]}, 200)
    assert "Ingen passnyckel skapades." in refused.words
    assert "Skriv ett namn" in own.post("/konto/passnyckel", {"passkey": made}, 200).words
    own.post("/konto/passnyckel", {"name": "Mobil", "passkey": made}, 303)
    page = own.get("/konto", 200)
    assert "Mobil" in page.words
    opened = browser()
    asked = opened.follow(sign_in(opened, cast.owner, "?next=/konto"))
    shown = device.show(options(asked))
    sent = asked.actions[-1]
    assert sent == "/logga-in/passnyckel?next=/konto"
    again = opened.follow(opened.post(sent, {"passkey": "{}"}, 303))
    assert "Passnyckeln fungerade inte." in again.words
    assert opened.post(sent, {"passkey": shown}, 303).location == "/konto"
    (remove,) = [one for one in page.actions if one.startswith("/konto/passnyckel/")]
    assert browser(cast.colleague).post(remove).status == 404
    own.post(remove, status=303)
    assert "Mobil" not in own.get("/konto", 200).words


def test_passkey_alone_signs_in_and_shows_again_who_she_is(
    browser: Open, session: Session, cast: Cast
) -> None:
    own = browser(cast.owner)
    equip(own)
    device = Authenticator("http://localhost", verifies=True)
    made = device.make(options(own.get("/konto/passnyckel", 200)))
    own.post("/konto/passnyckel", {"name": "Mobil", "passkey": made}, 303)
    opened = browser()
    page = opened.get("/logga-in?next=/konto", 200)
    sent = page.actions[-1]
    assert sent == "/logga-in/bara-passnyckel?next=/konto"
    again = opened.follow(opened.post(sent, {"passkey": "{}"}, 303))
    assert "Passnyckeln fungerade inte." in again.words
    answer = device.show(options(again))
    assert opened.post(sent, {"passkey": answer}, 303).location == "/konto"
    opened.get("/konto", 200)
    grow_old(session)
    page = opened.follow(opened.post("/konto/reservkoder", status=303))
    sent = next(one for one in page.actions if one.startswith("/bekrafta/passnyckel"))
    again = opened.follow(opened.post(sent, {"passkey": answer}, 303))
    assert "Passnyckeln fungerade inte." in again.words
    opened.post(sent, {"passkey": device.show(options(again))}, 303)
    opened.post("/konto/reservkoder", status=200)


def test_passkey_alone_is_asked_for_minutes_only(browser: Open, cast: Cast) -> None:
    own, opened = browser(cast.owner), browser()
    equip(own)
    device = Authenticator("http://localhost", verifies=True)
    made = device.make(options(own.get("/konto/passnyckel", 200)))
    own.post("/konto/passnyckel", {"name": "Mobil", "passkey": made}, 303)
    answer = device.show(options(opened.get("/logga-in", 200)))
    with time_machine.travel(now() + timedelta(minutes=11)):
        page = opened.follow(opened.post("/logga-in/bara-passnyckel", {"passkey": answer}, 303))
    assert page.heading == "Logga in"
    opened.get("/konto", 303)


CONFIRMED = [
    ("GET", "/admin/nycklar/ny"),
    ("POST", "/admin/nycklar/ny"),
    ("POST", "/admin/nycklar/x/aterkalla"),
    ("GET", "/admin/webhooks/ny"),
    ("POST", "/admin/webhooks/x/nyckel"),
    ("POST", "/admin/webhooks/x/byt-nyckel"),
    ("POST", "/admin/webhooks/x/avsluta-gammal-nyckel"),
    ("POST", "/anvandare/x"),
    ("POST", "/anvandare/bjud-in"),
    ("POST", "/anvandare/x/inaktivera"),
    ("POST", "/anvandare/x/aktivera"),
    ("POST", "/anvandare/x/ta-bort-andra-faktor"),
    ("POST", "/admin/webhooks/x/andra"),
    ("POST", "/admin/webhooks/x/ta-bort"),
    ("POST", "/anvandare/x/nytt-losenord"),
    ("POST", "/konto/inloggningar/x/avsluta"),
    ("POST", "/konto/inloggningar/avsluta-andra"),
    ("GET", "/konto/tva-steg"),
    ("POST", "/konto/tva-steg/ta-bort"),
    ("POST", "/konto/reservkoder"),
    ("GET", "/konto/passnyckel"),
    ("POST", "/konto/passnyckel/x/ta-bort"),
]


@pytest.mark.parametrize(("method", "path"), CONFIRMED)
def test_confirm_comes_first(
    browser: Open, session: Session, cast: Cast, method: str, path: str
) -> None:
    opened = browser(cast.admin)
    grow_old(session)
    answer = opened.get(path) if method == "GET" else opened.post(path)
    assert (answer.status, answer.goes_to) == (303, "/bekrafta")


def test_confirm_leads_back_to_what_was_written(
    browser: Open, session: Session, cast: Cast
) -> None:
    opened = browser(cast.admin)
    opened.get("/admin/nycklar/ny", 200)
    grow_old(session)
    headers = {"Origin": "http://localhost", "Referer": "http://localhost/admin/nycklar/ny"}
    day = str(api_keys.usual_last_day())
    form = {"name": "Analys", "firm": "Byrån AB", "scopes": "status", "last_day": day}
    page = opened.follow(opened.post("/admin/nycklar/ny", form, 303, headers=headers))
    assert page.heading == "Visa att det är du"
    assert "Det stämmer inte." in opened.post(page.actions[0], {"proof": "fel"}, 200).words
    back = opened.follow(opened.post(page.actions[0], {"proof": PASSWORD}, 303))
    assert back.value("name") == "Analys"
    assert "är skapad" in opened.post("/admin/nycklar/ny", form, 200).words


def test_confirm_makes_the_secret_of_the_session_anew(
    app: Flask, browser: Open, session: Session, cast: Cast
) -> None:
    opened, copied = browser(cast.admin), browser()
    cookie = opened.client.get_cookie("session")
    assert cookie
    copied.client.set_cookie("session", cookie.value)
    copied.get("/konto", 200)
    grow_old(session)
    opened.post("/bekrafta", {"proof": PASSWORD}, 303)
    opened.get("/admin/nycklar/ny", 200)
    assert copied.get("/konto", 303).goes_to == "/logga-in"


def test_code_is_asked_for_with_a_password_that_a_mailed_link_gave(
    browser: Open, session: Session, cast: Cast
) -> None:
    equip(browser(cast.owner))
    link = account_links.make_link(session, cast.owner, LinkPurpose.RESET)
    session.commit()
    opened, new = browser(), "ovanliga fiskar cyklar baklänges"
    opened.arrive(f"/losenord/{link}")
    opened.post("/losenord", {"password": new, "again": new}, 303)
    opened.get("/logga-in", 200)
    answer = opened.post("/logga-in", {"email": cast.owner.email, "password": new}, 303)
    assert answer.goes_to == "/logga-in/kod"
    assert opened.get("/foretag", 303).goes_to == "/logga-in"


def test_confirm_takes_a_code_and_limits_tries(browser: Open, session: Session, cast: Cast) -> None:
    opened = browser(cast.owner)
    secret, _ = equip(opened)
    grow_old(session)
    opened.post("/bekrafta?next=/konto", {"proof": code_of(secret)}, 303)
    opened.post("/konto/reservkoder", status=200)
    for _ in range(10):
        opened.post("/bekrafta", {"proof": "fel"}, 200)
    assert opened.post("/bekrafta", {"proof": PASSWORD}).status == 429
