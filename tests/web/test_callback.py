"""Coming home from the provider: replayed, stolen, late, twice, foreign; nothing counts twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.client import Browser, Page
from tests.standin import StandIn
from tests.traveller import (
    HERS,
    OURS,
    Traveller,
    address,
    cause_of,
    connections,
    invite,
    trips,
    with_changes,
)
from wizard.causes import Cause
from wizard.models import (
    AuthorizationStatus,
    Invitation,
    InvitationStatus,
    now,
)


def test_a_replayed_callback_has_the_result_of_the_first_time(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    first = approver.come_back(callback)
    assert approver.come_back(callback).words == first.words
    assert len(connections(database)) == 1
    assert len(visma.grants()) == 1


def test_a_callback_replayed_in_another_browser_gets_nothing(
    approver: Traveller, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    approver.come_back(callback)
    other = Traveller.with_link(visma_app, visma, approver.link)
    assert other.come_back(callback).status == 400
    assert len(connections(database)) == 1


def test_a_stolen_callback_gives_a_stranger_nothing_and_the_owner_everything(
    approver: Traveller, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    thief = Browser.open(visma_app)
    page = thief.follow(thief.get(callback.removeprefix(OURS), 303))
    assert page.status == 400
    assert "Öppna länken i mejlet igen" in page.words
    assert HERS not in page.text
    assert connections(database) == []
    assert "kvitto" in approver.come_back(callback).words.lower()


@pytest.mark.parametrize("state", [None, "", "nonsense", "å" * 3000])
def test_a_callback_without_a_state_of_ours_is_no_fault_of_hers(
    approver: Traveller, visma: StandIn, state: str | None, database: Session
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    page = approver.come_back(with_changes(callback, state=state))
    assert page.status == 400
    assert "Fortsätt" in page.words
    assert trips(database)[0].status is AuthorizationStatus.AWAY


@pytest.mark.parametrize("issuer", ["https://identity.example.com", "http://127.0.0.1:1"])
def test_an_answer_that_says_it_is_somebody_elses_is_refused(
    approver: Traveller, visma: StandIn, issuer: str, database: Session
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    approver.come_back(with_changes(callback, iss=issuer))
    assert cause_of(database) == Cause.PROVIDER_REFUSED
    assert connections(database) == []


def test_an_answer_without_an_issuer_is_accepted_unless_it_is_required(
    approver: Traveller, visma: StandIn
) -> None:
    approver.go_straight()
    callback = with_changes(visma.approve(approver.depart(), "Vera Välja", HERS), iss=None)
    assert "kvitto" in approver.come_back(callback).words.lower()


def test_an_answer_without_an_issuer_is_refused_where_it_is_required(
    make_app: Callable[..., Flask], visma: StandIn
) -> None:
    strict = make_app(
        **visma.settings,
        visma_iss_required=True,
    )
    approver = Traveller.with_link(strict, visma, address(invite(strict))).go_straight()
    callback = with_changes(visma.approve(approver.depart(), "Vera Välja", HERS), iss=None)
    assert "kvitto" not in approver.come_back(callback).words.lower()
    assert approver.get("klart", 303)


def test_after_more_than_an_hour_she_is_sent_straight_back(
    approver: Traveller, visma: StandIn, database: Session
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    with time_machine.travel(now() + timedelta(minutes=61), tick=True):
        approver.come_back(callback)
    assert cause_of(database) == Cause.STALE_CODE


@pytest.mark.parametrize(
    "said", [{"code": ""}, {"code": "x" * 5000}, {"code": "<b>"}, {"error": "<b>å"}]
)
def test_a_callback_with_nonsense_is_told_and_stored_as_nothing(
    approver: Traveller, visma: StandIn, said: dict[str, str], database: Session
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    assert approver.come_back(with_changes(callback, **said)).status == 200
    assert connections(database) == []


def test_a_callback_twice_at_once_is_one_connection(
    approver: Traveller, visma: StandIn, database: Session
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)

    def come(_turn: int) -> Page:
        again = Traveller(approver.app, visma, approver.link, Browser.open(approver.app))
        with approver.browser.client.session_transaction() as ours:
            kept = dict(ours)
        with again.browser.client.session_transaction() as theirs:
            theirs.update(kept)
        return again.come_back(callback)

    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(come, range(4)))
    assert all("kvitto" in page.words.lower() for page in pages)
    assert len(connections(database)) == 1
    assert len(visma.grants()) == 1


def test_two_approvers_on_one_link_at_once_give_one_connection(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    link = address(invite(visma_app))
    pair = [Traveller.with_link(visma_app, visma, link).go_straight() for _ in range(2)]
    people = ["Elsa Ensam", "Vera Välja"]
    callbacks = [
        visma.approve(approver.depart(), person, HERS)
        for approver, person in zip(pair, people, strict=True)
    ]
    with ThreadPoolExecutor(2) as pool:
        pages = list(
            pool.map(lambda both: both[0].come_back(both[1]), zip(pair, callbacks, strict=True))
        )
    receipts = ["kvitto" in page.words.lower() for page in pages]
    assert sorted(receipts) == [False, True]
    loser = pages[receipts.index(False)]
    assert "redan" in loser.words.lower()
    assert "sedan" in loser.words
    assert len(connections(database)) == 1
    assert [grant.person for grant in visma.grants()] == [people[receipts.index(True)]]


@pytest.mark.parametrize(
    "end", [InvitationStatus.EXPIRED, InvitationStatus.WITHDRAWN, InvitationStatus.DECLINED]
)
def test_an_invitation_that_ends_while_she_is_away_connects_nothing(
    approver: Traveller, visma: StandIn, database: Session, end: InvitationStatus
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    database.scalars(select(Invitation)).one().status = end
    database.commit()
    assert approver.come_back(callback).status == 410
    assert connections(database) == []


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
    assert '"next":null' in away.text
    approver.come_back(callback)
    after = approver.get("laget", 200)
    assert "/klart" in after.text
    assert after.text != away.text


def test_the_trip_does_not_begin_by_a_browser_that_guesses_ahead(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight()
    headers = {"Sec-Purpose": "prefetch;prerender"}
    approver.browser.get(f"{approver.at}/till-inloggning", 403, headers=headers)
    assert trips(database) == []


def test_long_away_she_is_told_what_may_have_happened(approver: Traveller, visma: StandIn) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    assert "inte kommit tillbaka" not in approver.get("kontroll", 200).heading
    with time_machine.travel(now() + timedelta(minutes=4), tick=True):
        page = approver.get("kontroll", 200)
        assert "inte kommit tillbaka" in page.heading
        assert "kvitto" in approver.come_back(callback).words.lower()


def test_a_stranger_sees_nothing_of_anybodys_trip(approver: Traveller, visma_app: Flask) -> None:
    approver.go_straight().approve()
    stranger = Browser.open(visma_app)
    for step in ("kontroll", "orsak", "klart", "laget", "till-inloggning", "kollega", "nej"):
        assert stranger.get(f"{approver.at}/{step}").status == 404
    for step in ("fick-inte-valja", "fel-nummer", "be-om-ny-lank"):
        assert stranger.post(f"{approver.at}/{step}").status == 404


def test_an_unknown_providers_callback_is_no_page(visma_app: Flask) -> None:
    assert Browser.open(visma_app).get("/fortnox/callback?state=x").status == 404
