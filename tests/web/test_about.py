"""The public pages: the front page, who runs the service, and what is said of it where nobody is named."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from wizard.models import AuditAction, AuditEntry, now
from wizard.providers.allowed_calls import ALLOWED
from wizard.services.audit.trail import record
from wizard.services.upkeep import retention

Open = Callable[..., Browser]
OPERATOR = {
    "operator_name": "Driften AB",
    "operator_number": "5591234561",
    "operator_address": "Gatan 1, 111 22 Stockholm",
    "operator_contact": "fraga@example.com",
}


def test_home_tells_a_stranger_what_this_is_and_where_the_link_is(browser: Open) -> None:
    page = browser().get("/", 200)
    assert "Har du fått en länk? Öppna den i mejlet" in page.words
    for way in ("/hjalp", "/hjalp/ar-lanken-akta", "/hjalp/hamta-lanken#steg-5", "/logga-in"):
        assert way in page.links
    assert "/hjalp" in page.actions
    assert page.headers["Cache-Control"].startswith("public")
    assert "X-Robots-Tag" not in page.headers


def test_home_is_in_the_language_that_is_asked_for(browser: Open) -> None:
    page = browser().get("/?lang=en", 200)
    assert "Have you got a link? Open it in the email" in page.words
    assert "/hjalp/ar-lanken-akta?lang=en" in page.links
    assert "/?lang=sv" in page.links


def test_home_sends_staff_on_to_their_work(browser: Open, cast: Cast) -> None:
    assert browser(cast.owner).get("/", 303).location == "/foretag"
    assert browser(cast.admin).get("/", 303).location == "/admin"


@pytest.mark.parametrize("path", ["/", "/logga-in", "/hjalp", "/koppla/okand/", "/finns-inte"])
def test_every_page_says_who_runs_it(make_app: Callable[..., Flask], path: str) -> None:
    page = Browser.open(make_app(**OPERATOR)).get(path)
    assert "Kopplingsguiden, drivs av Driften AB" in page.words


def test_a_page_that_names_the_operators_address_says_who_runs_it_too(
    make_app: Callable[..., Flask], cast: Cast
) -> None:
    app = make_app(**OPERATOR, operator_email="drift@example.com")
    page = Browser.open(app, cast.admin).get("/admin/varningar", 200)
    assert "drift@example.com" in page.words
    assert "Kopplingsguiden, drivs av Driften AB" in page.words


def test_data_says_all_that_is_known_of_the_operator(make_app: Callable[..., Flask]) -> None:
    app = make_app(**OPERATOR, operator_legal_basis="legitimate_interest")
    page = Browser.open(app).get("/uppgifter", 200)
    for said in ("Driften AB", "559123-4561", "Gatan 1, 111 22 Stockholm", "berättigat intresse"):
        assert said in page.words
    assert page.links.count("mailto:fraga@example.com") == 2
    english = Browser.open(app).get("/uppgifter?lang=en", 200)
    assert "Driften AB runs the guide for the firm" in english.words
    assert "legitimate interest" in english.words


def test_data_names_nobody_where_nobody_is_named(browser: Open) -> None:
    page = browser().get("/uppgifter", 200)
    assert "drivs av" not in page.words
    assert "Den som driver guiden gör det åt byrån" in page.words
    assert "Fråga byrån vilken rättslig grund" in page.words
    assert "Organisationsnummer" not in page.words


@pytest.mark.parametrize(("language", "said"), [("sv", "i 2 år"), ("en", "for 2 years")])
def test_data_says_how_long_staffs_acts_are_kept_as_the_retention_has_it(
    browser: Open, session: Session, language: str, said: str
) -> None:
    assert said in browser().get(f"/uppgifter?lang={language}", 200).words
    for age in (timedelta(days=2 * 365 - 1), timedelta(days=2 * 365 + 4)):
        record(session, AuditAction.EXPORTED).at = now() - age
    session.commit()
    retention.forget(session)
    [kept] = session.scalars(select(AuditEntry)).all()
    assert kept.at > now() - timedelta(days=2 * 365)


def test_data_shows_every_call_that_we_make_in_words(browser: Open) -> None:
    for language, asked in (("sv", "allt vi frågar Visma"), ("en", "all that we ask Visma")):
        page = browser().get(f"/uppgifter?lang={language}", 200)
        assert asked in page.words
        for call in ALLOWED["visma"]:
            assert f"{call.method} {call.path}".strip() in page.words
