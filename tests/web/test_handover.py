"""A member comes from the platform: signed in once, by a press of her own, and nobody else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import ApiKey, StaffSession, now
from wizard.services.api import api_keys
from wizard.web.handover.views import KEPT

Open = Callable[..., Browser]


@pytest.fixture
def platform(app: Flask, session: Session, cast: Cast) -> Platform:
    """With a key to the cast's firm."""
    return Platform.of(app, session, cast.firm)


def way_in(platform: Platform, cast: Cast, email: str = "") -> str:
    """The path of a new hand-over for the owner, to her company."""
    body = {"user_email": email or cast.owner.email, "company_id": cast.company.public_id}
    url = platform.post("/handovers", body, 201).body["url"]
    return str(url.removeprefix("http://localhost"))


def button(browser: Browser, path: str) -> dict[str, str]:
    """What the button sends that this browser is shown when it has opened the address."""
    page = browser.arrive(path)
    assert page.tree is not None
    found = next(each for each in page.tree.iter("button") if each.get("name") == "handover")
    return {"handover": found.get("value", "")}


def test_open_handover_takes_the_secret_out_of_the_address_and_signs_nobody_in(
    platform: Platform, cast: Cast, browser: Open, session: Session
) -> None:
    scanner = browser()
    page = scanner.get(way_in(platform, cast), 303)
    assert page.goes_to == "/overlamning"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert session.scalars(select(StaffSession)).all() == []
    assert scanner.get("/foretag").status == 303


def test_open_handover_works_with_something_stuck_to_it(
    platform: Platform, cast: Cast, browser: Open
) -> None:
    assert browser().get(way_in(platform, cast) + "%E2%80%8B).", 303).goes_to == "/overlamning"


def test_confirm_names_the_member_the_firm_and_the_company(
    platform: Platform, cast: Cast, browser: Open
) -> None:
    hers = browser()
    page = hers.arrive(way_in(platform, cast))
    assert page.heading == "Fortsätt som Olga Ek"
    for said in ("olga@example.com", "Byrån AB", "Ängsbageriet AB", "559123-4561"):
        assert said in page.words


def test_enter_lands_signed_in_at_the_companys_data_and_works_once(
    platform: Platform, cast: Cast, browser: Open
) -> None:
    path, hers, late = way_in(platform, cast), browser(), browser()
    pressed = button(late, path)
    assert button(hers, path) == pressed
    landed = hers.post("/overlamning", pressed, 303)
    assert landed.location == f"/foretag/{cast.company.public_id}/ladda-upp-data"
    assert "Olga Ek" in hers.follow(landed).words
    assert "en gång" in late.post("/overlamning", pressed, 404).heading
    assert late.get("/foretag").status == 303
    browser().get(path, 404)
    assert hers.post("/overlamning", pressed, 303).location == landed.location
    again = hers.get("/overlamning", 404)
    assert f"/foretag/{cast.company.public_id}/ladda-upp-data" in again.links


def test_a_sign_in_from_the_platform_says_so_to_the_member_and_in_the_history(
    platform: Platform, cast: Cast, browser: Open
) -> None:
    hers = browser()
    assert "plattformen" not in browser(cast.owner).get("/konto", 200).words
    hers.post("/overlamning", button(hers, way_in(platform, cast)), 303)
    account = hers.get("/konto", 200).words
    assert account.count("Inloggad genom plattformen") >= 2  # this browser, and the list of all
    for said in ("Senseworks Analys", cast.company.name):
        assert said in account
    told = hers.get(f"/foretag/{cast.company.public_id}", 200).words
    assert "En användare loggades in genom plattformen" in told
    assert cast.owner.name in told
    assert "Senseworks Analys" in told
    trail = browser(cast.admin).get("/granskning", 200).words
    assert "Senseworks Analys" in trail


def test_enter_signs_out_whoever_was_signed_in_and_says_so_before(
    platform: Platform, cast: Cast, browser: Open, session: Session
) -> None:
    shared = browser(cast.colleague)
    pressed = button(shared, way_in(platform, cast))
    page = shared.get("/overlamning")
    assert "Karin Ask är inloggad här nu, och loggas ut." in page.words
    shared.post("/overlamning", pressed, 303)
    assert "Olga Ek" in shared.get("/foretag").words
    ended = select(StaffSession).where(StaffSession.user_id == cast.colleague.id)
    assert session.scalars(ended).one().ended_at is not None


def test_enter_without_the_token_of_this_browser_does_nothing(
    app: Flask, platform: Platform, cast: Cast, browser: Open
) -> None:
    lured = browser()
    pressed = button(lured, way_in(platform, cast))
    assert lured.client.post("/overlamning", data=pressed).status_code == 400
    assert lured.get("/foretag").status == 303


def test_enter_signs_in_whom_the_button_named_whatever_was_opened_meanwhile(
    platform: Platform, cast: Cast, browser: Open
) -> None:
    hers = browser()
    own = button(hers, way_in(platform, cast))
    others = button(hers, way_in(platform, cast, cast.colleague.email))
    assert "Karin Ask" in hers.get("/overlamning").heading
    hers.post("/overlamning", own, 303)
    assert "Olga Ek" in hers.get("/foretag").words
    hers.post("/overlamning", others, 303)
    assert "Karin Ask" in hers.get("/foretag").words


def test_a_late_press_of_another_who_is_signed_in_leads_nowhere(
    platform: Platform, cast: Cast, browser: Open
) -> None:
    path, hers, others = way_in(platform, cast), browser(), browser(cast.colleague)
    pressed = button(others, path)
    hers.post("/overlamning", button(hers, path), 303)
    assert "en gång" in others.post("/overlamning", pressed, 404).heading
    assert "Karin Ask" in others.get("/foretag").words


def test_enter_takes_only_what_this_browser_opened(
    platform: Platform, cast: Cast, browser: Open
) -> None:
    hers, another = browser(), browser()
    pressed = button(hers, way_in(platform, cast))
    another.get(way_in(platform, cast), 303)
    for forged in (pressed, {}, {"handover": ""}):
        another.post("/overlamning", forged, 404)
    assert another.get("/foretag").status == 303


def test_only_so_many_tabs_are_remembered(platform: Platform, cast: Cast, browser: Open) -> None:
    hers = browser()
    first, *others = [button(hers, way_in(platform, cast)) for _ in range(KEPT + 1)]
    hers.post("/overlamning", first, 404)
    hers.post("/overlamning", others[0], 303)


def test_the_address_lives_a_minute_and_the_button_ten(
    platform: Platform, cast: Cast, browser: Open
) -> None:
    late, slow, asleep = browser(), browser(), browser()
    paths = [way_in(platform, cast) for _ in range(3)]
    pressed, too_late = button(slow, paths[1]), button(asleep, paths[2])
    with time_machine.travel(now() + timedelta(seconds=61)):
        late.get(paths[0], 404)
        slow.post("/overlamning", pressed, 303)
    with time_machine.travel(now() + timedelta(minutes=11)):
        asleep.post("/overlamning", too_late, 404)


def test_only_active_members_of_the_keys_firm_come_in(
    platform: Platform, cast: Cast, browser: Open, session: Session
) -> None:
    company = {"company_id": cast.company.public_id}
    cast.colleague.active = False
    session.commit()
    answers = [
        platform.post("/handovers", {**company, "user_email": email}, 404)
        for email in (
            cast.admin.email,
            cast.support.email,
            cast.stranger.email,
            cast.colleague.email,
            "nobody@example.com",
        )
    ]
    assert {answer.cause for answer in answers} == {"member_unknown"}
    assert len({answer.data for answer in answers}) == 1
    foreign = {"company_id": cast.other_company.public_id, "user_email": cast.owner.email}
    assert platform.post("/handovers", foreign, 404).cause == "not_found"


def test_what_has_changed_since_ends_the_way_in(
    platform: Platform, cast: Cast, browser: Open, session: Session
) -> None:
    first, second = browser(), browser()
    pressed = button(first, way_in(platform, cast))
    hers = button(second, way_in(platform, cast, cast.colleague.email))
    cast.colleague.active = False
    session.commit()
    second.post("/overlamning", hers, 404)
    api_keys.revoke(session, session.scalars(select(ApiKey)).one().public_id, None)
    first.post("/overlamning", pressed, 404)


def test_twenty_presses_at_once_make_one_session(
    app: Flask, platform: Platform, cast: Cast, browser: Open, session: Session
) -> None:
    path = way_in(platform, cast)
    browsers = [browser() for _ in range(20)]
    pressed, *_ = [button(each, path) for each in browsers]
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda each: each.post("/overlamning", pressed), browsers))
    statuses = [answer.status for answer in answers]
    assert sorted(statuses) == [303] + [404] * 19
    assert len(session.scalars(select(StaffSession)).all()) == 1


def test_the_secret_stands_in_no_log(
    make_app: Callable[..., Flask], session: Session, cast: Cast, capfd: pytest.CaptureFixture[str]
) -> None:
    app = make_app(log_level="INFO")
    path = way_in(Platform.of(app, session, cast.firm), cast)
    hers = Browser.open(app)
    hers.post("/overlamning", button(hers, path), 303)
    written = capfd.readouterr().err
    assert "/overlamning/…" in written
    assert "signed_in_by_handover" in written
    assert path.rpartition("/")[2] not in written
