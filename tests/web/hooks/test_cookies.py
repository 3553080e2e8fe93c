"""Browsers that keep no cookie are told so, and what to do, wherever a cookie is needed."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.client import Browser
from tests.support.pages import parse
from tests.support.traveller import Traveller, address, invite
from wizard.models import Consent, Invitation
from wizard.services.invitations import lifecycle
from wizard.web.hooks.cookies import JUST_GIVEN, MARK

MARKED = f"?{MARK}={JUST_GIVEN}"
TOLD = "Webbläsaren sparade inte vår kaka"
COPY = "Kopiera länken i mejlet och klistra in den där"


@pytest.fixture
def bare(visma_app: Flask) -> FlaskClient:
    """A browser that keeps no cookie."""
    return visma_app.test_client(use_cookies=False)


def told(bare: FlaskClient, path: str) -> str:
    """The words of the page for a browser without cookies, which it must be."""
    page = bare.get(path)
    assert page.status_code == 400
    assert page.headers["Cache-Control"] == "no-store"
    parse(page.text)
    words = " ".join(re.sub(r"<[^>]*>", " ", page.text).split())
    assert TOLD in words
    return words


def test_a_link_says_that_cookies_are_off_and_where_to_paste_it(
    visma_app: Flask, bare: FlaskClient
) -> None:
    link = invite(visma_app)
    way = bare.get(address(link)).headers["Location"]
    assert way == f"/koppla/{link.invitation.public_id}/{MARKED}"
    words = told(bare, way)
    assert COPY in words
    assert link.invitation.code not in words
    assert told(bare, f"/koppla/finnsinte/{MARKED}") == words


def test_a_receipt_says_the_same_whether_or_not_it_exists(
    approver: Traveller, bare: FlaskClient, database: Session
) -> None:
    approver.go_straight().approve()
    number = database.scalars(select(Consent)).one().public_id
    words = told(bare, f"/kvitto/nr/{number}{MARKED}")
    assert COPY in words
    assert told(bare, f"/kvitto/nr/finnsinte{MARKED}") == words


def test_a_handover_leads_back_to_the_platform(bare: FlaskClient) -> None:
    words = told(bare, f"/overlamning{MARKED}")
    assert "Öppna Senseworks där" in words
    assert "mejlet" not in words


@pytest.mark.parametrize("next_page", ["", "?next=/foretag"])
def test_staff_who_sign_in_without_cookies_are_told(bare: FlaskClient, next_page: str) -> None:
    page = f"http://localhost/logga-in{next_page}"
    way = bare.post("/logga-in", headers={"Referer": page}).headers["Location"]
    assert way.startswith("/logga-in?")
    assert MARKED[1:] in way
    words = told(bare, way)
    assert "Logga in på localhost där" in words
    assert "mejlet" not in words


def test_a_form_that_outlived_its_cookie_is_shown_anew(visma_app: Flask) -> None:
    browser = visma_app.test_client()
    answer = browser.post("/logga-in", headers={"Referer": "http://localhost/logga-in?next=/hjalp"})
    answer = browser.get(answer.headers["Location"])
    assert answer.headers["Location"] == "/logga-in?next=%2Fhjalp"
    assert "inget sparades" in browser.get(answer.headers["Location"]).text


def test_with_cookies_the_mark_is_on_no_page_that_is_shown(
    approver: Traveller, visma_app: Flask, database: Session
) -> None:
    assert approver.browser.arrive(approver.link).status == 200
    assert approver.browser.get(f"/overlamning{MARKED}", 303).location == "/overlamning"
    lifecycle.withdraw(database, database.scalars(select(Invitation)).one(), None)
    resume = approver.browser.get(f"{approver.at}/{MARKED}", 303)
    assert resume.location == f"{approver.at}/"
    assert approver.browser.get(resume.location).status == 410
    stranger = Browser.open(visma_app)
    stranger.get("/logga-in", 200)
    assert stranger.get(f"{approver.at}/{MARKED}", 303).location == f"{approver.at}/"


def test_the_help_is_read_without_cookies(bare: FlaskClient) -> None:
    assert bare.get(f"/hjalp{MARKED}").status_code == 200
