"""The authorization to the provider and back: each way home, each cause, and that nothing counts twice."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.client import Browser
from tests.support.grants import grants_in
from tests.support.standin import StandIn
from tests.support.traveller import (
    HERS,
    Traveller,
    authorizations,
    cause_of,
    connections,
)
from wizard.causes import Cause
from wizard.models import (
    AuthorizationStatus,
    Consent,
    Event,
    EventKind,
    GrantState,
    Invitation,
    InvitationStatus,
    now,
)
from wizard.providers.base import Provider
from wizard.services.connections.disconnection import disconnect


class Other:
    """A second provider, which is the first by another name."""

    name = "other"

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> object:
        return getattr(self._provider, name)


def test_the_whole_road_ends_on_a_receipt(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    page = approver.go_straight().approve()
    for said in (
        HERS,
        "559900-1079",
        "Vera Välja",
        "vera.valja@example.com",
        "verifikat A1 (5 januari 2025)",
    ):
        assert said in page.words
    connection = connections(database)[0]
    assert connection.status.value == "active"
    assert connection.last_read_at is not None
    assert database.scalars(select(Consent)).one().approver_name == "Vera Välja"
    assert database.scalars(select(Invitation)).one().status is InvitationStatus.CONNECTED
    assert len(visma.grants()) == 1


def test_the_receipt_of_what_has_ended_says_so(approver: Traveller, database: Session) -> None:
    assert "Klart" in approver.go_straight().approve().words
    disconnect(database, connections(database)[0])
    page = approver.follow(approver.get("klart"))
    for said in ("Frånkopplad", "Avslutad", "Det här fick", "Fick läsa", "Vera Välja"):
        assert said in page.words
    for past in ("Klart", "Det här får", "Så tar du tillbaka"):
        assert past not in page.words


def test_tokens_rest_sealed_to_the_grant_and_nowhere_else(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight().approve()
    authorization, connection = authorizations(database)[0], connections(database)[0]
    assert (authorization.code, authorization.code_verifier) == (None, None)
    [grant] = grants_in(database, *GrantState)
    assert authorization.grant_id == connection.grant_id == grant.id
    assert str(grant.refresh_token).startswith("t1.")
    vault = approver.app.extensions["vault"]
    assert vault.open(str(grant.refresh_token), grant, "refresh_token")


def test_wrong_company_is_told_revoked_and_then_chosen_again(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    page = approver.go_straight().approve("Stina Standardföretag", None)
    assert "Du valde Gamla Bolaget AB (559900-1145)" in page.words
    assert f"{HERS} (559900-1079)" in page.words
    assert visma.grants() == []
    assert [one.refresh_token for one in grants_in(database, *GrantState)] == [None]
    way = approver.depart(again=True)
    assert parse_qs(urlsplit(way).query)["prompt"] == ["login select_account"]
    done = approver.come_back(visma.approve(way, "Stina Standardföretag", HERS))
    assert "kvitto" in done.words.lower()


def test_wrong_company_twice_leads_to_the_guide(approver: Traveller, database: Session) -> None:
    approver.go_straight().approve("Otto Överhoppad", None)
    assert cause_of(database) == Cause.WRONG_COMPANY
    page = approver.approve("Otto Överhoppad", None)
    assert cause_of(database) == Cause.DEFAULT_COMPANY
    assert "standardföretag" in page.words.lower()


def test_two_different_wrong_companies_are_two_mistakes(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight().approve("Vera Välja", "Annat Bolag AB")
    page = approver.approve("Vera Välja", "Inga Dokument AB")
    assert cause_of(database) == Cause.WRONG_COMPANY
    assert "Du valde Inga Dokument AB" in page.words
    approver.approve("Vera Välja", "Annat Bolag AB")
    assert cause_of(database) == Cause.DEFAULT_COMPANY


def test_without_standardforetag_he_is_asked_and_connects(
    approver: Traveller, visma: StandIn
) -> None:
    approver.go_straight().approve("Otto Överhoppad", None)
    approver.approve("Otto Överhoppad", None)
    visma.set_default_company("Otto Överhoppad", None)
    assert "kvitto" in approver.approve("Otto Överhoppad", HERS).words.lower()


def test_question_number_tells_the_sender_once(approver: Traveller, database: Session) -> None:
    approver.go_straight().approve("Vera Välja", "Annat Bolag AB")
    approver.follow(approver.post("fel-nummer", 303))
    approver.follow(approver.post("fel-nummer", 303))
    kind = Event.kind == EventKind.NUMBER_QUESTIONED
    assert len(database.scalars(select(Event).where(kind)).all()) == 1


def test_deny_then_retry(approver: Traveller, database: Session, visma: StandIn) -> None:
    approver.go_straight()
    page = approver.come_back(visma.deny(approver.depart(), "Vera Välja", HERS))
    assert cause_of(database) == Cause.DECLINED
    assert "Inget har kopplats" in page.words
    assert database.scalars(select(Invitation)).one().status is InvitationStatus.STARTED
    assert "kvitto" in approver.approve().words.lower()


def test_a_finished_link_shows_company_and_status_only(
    approver: Traveller, visma_app: Flask, visma: StandIn
) -> None:
    approver.go_straight().approve()
    other = Traveller.with_link(visma_app, visma, approver.link)
    page = other.open()
    assert HERS in page.words
    for hidden in ("vera.valja@example.com", "Vera Välja", "A1"):
        assert hidden not in page.text
    assert other.follow(other.get("klart")).words == page.words


def test_the_page_left_behind_is_told_when_something_has_happened(
    approver: Traveller, visma: StandIn
) -> None:
    approver.go_straight()
    before = approver.get("laget", 200)
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    away = approver.get("laget", 200)
    assert '"next":null' in before.text
    assert "/kontroll" in away.text
    approver.come_back(callback)
    after = approver.get("laget", 200)
    assert "/klart" in after.text
    assert after.text != away.text


def test_the_page_left_behind_is_the_companion_while_she_is_away(
    approver: Traveller, visma_app: Flask, visma: StandIn
) -> None:
    approver.go_straight().depart()
    page = approver.follow(approver.browser.get(json.loads(approver.get("laget").text)["next"]))
    assert page.tree is not None
    (screens,) = [part for part in page.tree.iter("ol") if "screens" in part.get("class", "")]
    titles = ["".join(next(screen.iter("strong")).itertext()) for screen in screens]
    assert titles == ["Logga in", f"Välj {HERS}, 559900-1079", "Godkänn"]
    for screen in screens:
        assert [part.get("class") for part in screen.iter("div") if part.get("role") == "img"]
    other = Traveller.with_link(visma_app, visma, approver.link)
    assert '"next":null' in other.get("laget", 200).text  # it has gone nowhere itself


def test_the_trip_does_not_begin_by_a_browser_that_guesses_ahead(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight()
    headers = {"Sec-Purpose": "prefetch;prerender"}
    approver.browser.get(f"{approver.at}/till-inloggning", 403, headers=headers)
    assert authorizations(database) == []


def test_long_away_she_is_told_what_may_have_happened(approver: Traveller, visma: StandIn) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    assert "inte kommit tillbaka" not in approver.get("kontroll", 200).heading
    with time_machine.travel(now() + timedelta(minutes=4), tick=True):
        page = approver.get("kontroll", 200)
        assert "inte kommit tillbaka" in page.heading
        assert "kvitto" in approver.come_back(callback).words.lower()


def test_a_stranger_sees_nothing_of_anybodys_authorization(
    approver: Traveller, visma_app: Flask
) -> None:
    approver.go_straight().approve()
    stranger = Browser.open(visma_app)
    for step in ("kontroll", "orsak", "klart", "laget", "till-inloggning", "kollega", "nej"):
        assert stranger.get(f"{approver.at}/{step}").status == 404
    for step in ("fick-inte-valja", "fel-nummer", "be-om-ny-lank"):
        assert stranger.post(f"{approver.at}/{step}").status == 404


def test_a_trip_is_not_ended_at_another_providers_address(
    approver: Traveller, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    registry = visma_app.extensions["providers"]
    visma_app.extensions["providers"] = {**registry, "other": Other(registry["visma"])}
    callback = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS)
    page = approver.come_back(callback.replace("/visma/", "/other/"))
    assert page.status == 400
    assert authorizations(database)[0].status is AuthorizationStatus.AWAY
    database.rollback()
    assert "kvitto" in approver.come_back(callback).words.lower()


def test_an_unknown_providers_callback_is_no_page(visma_app: Flask) -> None:
    assert Browser.open(visma_app).get("/fortnox/callback?state=x").status == 404


def test_who_says_she_is_done_before_she_went_is_told_what_is_missing(approver: Traveller) -> None:
    approver.go_straight()
    page = approver.follow(approver.get("kontroll", 303))
    assert "Du har inte varit där än. Ge behörighet först" in page.words
    assert "Du har inte varit där än" not in approver.get("ge-behorighet", 200).words


def test_the_cure_for_a_window_that_did_not_open_waits_for_nothing(approver: Traveller) -> None:
    approver.go_straight().depart()
    for step in ("kontroll", "ge-behorighet"):
        page = approver.get(step, 200)
        at_once, _, later = page.text.partition("data-after")
        assert "Öppnades inget?" in at_once
        assert "Fortsätt i det här fönstret" in at_once
        assert "Visade sidan ett fel?" in at_once  # as while the log-in is down
        assert later
        assert "Öppnades inget" not in later


def test_the_approve_page_waits_only_for_who_may_still_come_back(
    approver: Traveller, visma: StandIn
) -> None:
    def waits() -> bool:
        page = approver.get("ge-behorighet", 200)
        assert page.tree is not None
        (box,) = [part for part in page.tree.iter("div") if part.get("id") == "waiting"]
        return box.get("hidden") is None

    approver.go_straight()
    assert not waits()
    callback = visma.deny(approver.depart(), "Vera Välja", HERS)
    assert waits()
    approver.come_back(callback)
    assert not waits()
    approver.depart()
    with time_machine.travel(now() + timedelta(minutes=61), tick=True):
        assert not waits()
