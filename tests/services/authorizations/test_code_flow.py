"""Coming home from the provider: replayed, stolen, late, twice, foreign; nothing counts twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.client import Browser
from tests.support.standin import StandIn
from tests.support.traveller import (
    HERS,
    OURS,
    Traveller,
    address,
    authorizations,
    cause_of,
    connections,
    invite,
    with_changes,
)
from wizard.causes import Cause
from wizard.models import AuthorizationStatus, Invitation, InvitationStatus, now


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
    assert authorizations(database)[0].status is AuthorizationStatus.AWAY


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


def test_after_a_wrong_company_the_choice_is_forced_from_every_button(approver: Traveller) -> None:
    approver.go_straight().approve("Stina Standardföretag", None)
    assert "prompt=login+select_account" in approver.depart()
