"""Mitt konto: what a member of staff changes of her own account, and where she is signed in."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser
from tests.support.traveller import address, invite
from wizard.models import Company, Invitation, User
from wizard.services.accounts import staff

Open = Callable[..., Browser]
NEW = "katten simmar i tvättmaskinen"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def sign_in(browser: Browser, email: str, password: str = PASSWORD) -> int:
    form = {"email": email, "password": password}
    return browser.post("/logga-in", form, headers={"User-Agent": FIREFOX}).status


@pytest.mark.parametrize("who", ["owner", "support", "admin"])
def test_index_is_led_to_from_every_page_of_staff(browser: Open, cast: Cast, who: str) -> None:
    opened = browser(getattr(cast, who))
    assert "/konto" in opened.get("/foretag", 200).links
    page = opened.get("/konto", 200)
    assert page.heading == "Mitt konto"
    assert page.value("name") == getattr(cast, who).name


def test_details_are_saved_and_the_language_is_spoken_from_then_on(
    browser: Open, cast: Cast
) -> None:
    opened = browser(cast.owner)
    form = {"name": "Olga Ask", "phone": "070-123 45 67", "phone_shown": "y", "language": "en"}
    opened.post("/konto/uppgifter", form, 303)
    page = opened.get("/konto", 200)
    assert page.heading == "My account"
    assert (page.value("name"), page.value("phone")) == ("Olga Ask", "070-123 45 67")
    other = browser()
    assert sign_in(other, cast.owner.email) == 303
    assert other.get("/konto", 200).heading == "My account"


def test_the_daily_summary_is_asked_for_here_and_begins_tomorrow(
    browser: Open, cast: Cast, session: Session
) -> None:
    opened, form = browser(cast.owner), {"name": "Olga Ek", "language": ""}
    assert "checked" not in _tick(opened.get("/konto", 200).text)
    for wanted in (True, False):
        asked = {"daily_summary": "y"} if wanted else {}
        opened.post("/konto/uppgifter", {**form, **asked}, 303)
        assert ("checked" in _tick(opened.get("/konto", 200).text)) is wanted
        owner = session.get_one(User, cast.owner.id, populate_existing=True)
        assert owner.daily_summary is wanted
        assert owner.summed_up_on is not None


def _tick(text: str) -> str:
    return text.split('name="daily_summary"')[1].split(">")[0]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Skriv ditt namn."),
        ({"phone": "ring mig"}, "Skriv ett telefonnummer"),
        ({"phone": "", "phone_shown": "y"}, "Skriv det nummer som ska visas."),
        ({"name": "Olga på evil.se"}, "Skriv utan webb- och mejladresser"),
    ],
)
def test_details_that_cannot_be_are_told_of(
    browser: Open, cast: Cast, changes: dict[str, str], sentence: str
) -> None:
    form = {"name": "Olga Ek", "phone": "08-123 45 67", "language": "", **changes}
    assert sentence in browser(cast.owner).post("/konto/uppgifter", form, 200).words


@pytest.mark.parametrize("shown", [True, False])
def test_details_show_her_number_to_approvers_if_she_wants(
    app: Flask, browser: Open, cast: Cast, session: Session, *, shown: bool
) -> None:
    link = address(invite(app))
    owner = session.get_one(User, cast.owner.id)
    owner.phone, owner.phone_shown = "070-123 45 67", shown
    company = session.get_one(Company, session.query(Invitation).one().company_id)
    company.responsible_id, owner.firm_id = owner.id, company.firm_id
    session.commit()
    words = browser().arrive(link).words.replace("\u00a0", " ")
    assert ("070-123 45 67" in words) is shown
    assert ("olga@example.com" in words) is shown


def test_password_is_changed_here_and_signs_out_elsewhere(
    browser: Open, cast: Cast, session: Session
) -> None:
    here, there = browser(cast.owner), browser(cast.owner)
    assert there.get("/konto").status == 200
    done = here.post("/konto/losenord", {"current": PASSWORD, "new": NEW, "again": NEW}, 303)
    assert "En annan webbläsare är utloggad." in here.follow(done).words
    assert there.get("/konto").status == 303
    session.expire_all()
    assert staff.sign_in(session, cast.owner.email, NEW, None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"current": "wrong"}, "Det är inte det lösenord som du har nu."),
        ({"again": "another"}, "Lösenorden är inte likadana."),
        ({"new": "kort", "again": "kort"}, "Ett lösenord har 12 till 200 tecken."),
        ({"new": "Sommar2026sommar", "again": "Sommar2026sommar"}, "gissas först"),
        ({"new": "abcabcabcabcabc", "again": "abcabcabcabcabc"}, "en upprepning"),
        ({"new": "olga@example.com", "again": "olga@example.com"}, "ditt namn"),
        ({"new": PASSWORD, "again": PASSWORD}, "Det lösenordet har du nu."),
        ({"new": ""}, "Skriv ett nytt lösenord."),
    ],
)
def test_password_is_refused_with_why(
    browser: Open, cast: Cast, changes: dict[str, str], sentence: str
) -> None:
    form = {"current": PASSWORD, "new": NEW, "again": NEW, **changes}
    page = browser(cast.owner).post("/konto/losenord", form, 200)
    assert sentence in page.words
    assert NEW not in page.text
    assert page.value("name") == "Olga Ek"


def test_end_session_signs_out_that_browser_and_end_others_all_but_this(
    browser: Open, cast: Cast
) -> None:
    here, second, third = browser(cast.owner), browser(), browser()
    for each in (second, third):
        assert sign_in(each, cast.owner.email) == 303
    page = here.get("/konto", 200)
    assert page.words.count("Firefox, Linux") == 2
    endings = [action for action in page.actions if action.endswith("/avsluta")]
    assert len(endings) == 2
    assert browser(cast.colleague).post(endings[0]).status == 404
    here.post(endings[0], {}, 303)
    assert sorted(each.get("/konto").status for each in (second, third)) == [200, 303]
    here.post("/konto/inloggningar/avsluta-andra", {}, 303)
    assert [each.get("/konto").status for each in (second, third)] == [303, 303]
    page = here.get("/konto", 200)
    assert not [action for action in page.actions if "avsluta" in action]


@pytest.mark.usefixtures("half_past")
def test_a_browser_that_has_signed_in_before_is_let_in_while_strangers_guess(
    browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "ACCOUNT_AND_ADDRESS", 2)
    hers, strangers = browser(), browser()
    assert sign_in(hers, cast.owner.email) == 303
    hers.get("/foretag", 200)
    hers.post("/logga-ut", {}, 303)
    for _ in range(2):
        assert sign_in(strangers, cast.owner.email, "wrong") == 200
    assert sign_in(strangers, cast.owner.email) == 429
    hers.get("/logga-in", 200)
    assert sign_in(hers, cast.owner.email) == 303
    forged = browser()
    forged.client.set_cookie("known", "not.signed.by-us")
    assert sign_in(forged, cast.owner.email) == 429


def test_a_session_is_ended_after_the_idle_time_of_the_settings(
    make_app: Callable[..., Flask], cast: Cast, session: Session
) -> None:
    opened = Browser.open(make_app(session_idle_minutes=5), cast.owner)
    assert opened.get("/konto").status == 200
    session.connection().exec_driver_sql(
        "update staff_sessions set last_used_at = now() - interval '4 minutes'"
    )
    session.commit()
    assert opened.get("/konto").status == 200  # which is use
    assert opened.get("/konto").status == 200
    session.connection().exec_driver_sql(
        "update staff_sessions set last_used_at = now() - interval '6 minutes'"
    )
    session.commit()
    assert opened.get("/konto").status == 303
