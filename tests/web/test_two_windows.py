"""Two windows at the provider: what came back decides what both show, in whichever order."""

import json
from dataclasses import dataclass
from itertools import product

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.client import Page
from tests.support.grants import grants_in
from tests.support.standin import StandIn
from tests.support.traveller import (
    HERS,
    Traveller,
    address,
    authorizations,
    connections,
    invite,
)
from wizard.models import GrantState
from wizard.services.companies import support_search
from wizard.services.invitations import stuck

RECEIPT = "Klart"
TWICE = "Visma väljer ett annat företag åt dig"


@dataclass(frozen=True)
class Ending:
    """How a window comes back, and the heading of the page it leads to when no other has."""

    heading: str
    person: str = "Vera Välja"
    company: str = HERS
    denied: bool = False
    is_open: bool = False


ENDINGS = {
    "right": Ending(RECEIPT),
    "wrong": Ending("Ett annat företag valdes i Visma", company="Annat Bolag AB"),
    "denied": Ending("Du valde att inte ge behörighet", denied=True),
    "refused": Ending("Visma kunde inte slutföra inloggningen", person="Serverfel-Sara"),
    "unavailable": Ending("Visma svarar inte just nu", is_open=True),
    "stale": Ending("Godkännandet hann bli för gammalt", person="Kodvägrar-Karl"),
}


def come_back(approver: Traveller, way: str, ending: Ending) -> Page:
    """Let a window end at the provider, and come back."""
    visma = approver.visma
    if ending.is_open:
        visma.fail("companysettings", "status", 503)
    elif ending.heading == RECEIPT:
        visma.heal()
    answer = visma.deny if ending.denied else visma.approve
    return approver.come_back(answer(way, ending.person, ending.company))


def both_show(approver: Traveller, left_behind: str, shown: Page, heading: str) -> None:
    """The window that came back and the page left behind show the same, and go on doing so."""
    assert heading in shown.heading
    told = json.loads(approver.get("laget", 200).text)
    assert told["at"] != left_behind
    assert heading in approver.follow(approver.browser.get(told["next"])).heading
    assert heading in approver.follow(approver.get("kontroll")).heading
    if heading == RECEIPT:
        assert "Vera Välja" in approver.get("klart", 200).words
        assert heading in approver.follow(approver.get("orsak")).heading


def first_mark(approver: Traveller) -> str:
    """What the page left behind has seen."""
    return str(json.loads(approver.get("laget", 200).text)["at"])


@pytest.mark.parametrize("older", [True, False], ids=["older", "newer"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_window_that_came_back_decides(
    approver: Traveller, ending: str, *, older: bool
) -> None:
    approver.go_straight()
    ways = approver.depart(), approver.depart()
    before = first_mark(approver)
    shown = come_back(approver, ways[0 if older else 1], ENDINGS[ending])
    both_show(approver, before, shown, ENDINGS[ending].heading)


@pytest.mark.parametrize("older", [True, False], ids=["older first", "newer first"])
@pytest.mark.parametrize(("first", "second"), list(product(ENDINGS, repeat=2)))
def test_both_come_back_in_either_order(
    approver: Traveller, database: Session, first: str, second: str, *, older: bool
) -> None:
    approver.go_straight()
    ways = [approver.depart(), approver.depart()]
    if not older:
        ways.reverse()
    before = first_mark(approver)
    come_back(approver, ways[0], ENDINGS[first])
    shown = come_back(approver, ways[1], ENDINGS[second])
    both_show(approver, before, shown, heading_after(first, second))
    assert len(connections(database)) == ("right" in {first, second})
    assert len(grants_in(database, GrantState.LIVING)) == ("right" in {first, second})


def heading_after(first: str, second: str) -> str:
    """A connection decides, else what may become one, else what came last."""
    if first == second == "wrong":
        return TWICE
    for strongest in ("right", "unavailable"):
        if strongest in {first, second}:
            return ENDINGS[strongest].heading
    return ENDINGS[second].heading


def test_who_goes_again_still_sees_why_and_that_no_answer_has_come(approver: Traveller) -> None:
    again = "Du har gått till Visma en gång till"
    approver.go_straight()
    page = come_back(approver, approver.depart(), ENDINGS["wrong"])
    assert again not in page.words
    way = approver.depart(again=True)
    page = approver.follow(approver.get("kontroll"))
    assert "Du valde Annat Bolag AB" in page.words
    assert again in page.words
    page = approver.get("ge-behorighet", 200)
    assert "Förra gången: Ett annat företag valdes i Visma" in page.words
    assert RECEIPT in come_back(approver, way, ENDINGS["right"]).heading


def test_a_newer_link_in_the_same_browser_hides_nothing(
    approver: Traveller, visma_app: Flask
) -> None:
    approver.go_straight()
    way = approver.depart()
    approver.link = address(invite(visma_app))
    approver.open()
    shown = come_back(approver, way, ENDINGS["wrong"])
    both_show(approver, "none", shown, ENDINGS["wrong"].heading)
    assert "prompt=login+select_account" in approver.go_straight().depart()


def test_staff_see_what_came_back(approver: Traveller, database: Session, visma: StandIn) -> None:
    approver.go_straight()
    way, _ = approver.depart(), approver.depart()
    come_back(approver, way, ENDINGS["wrong"])
    invitation = authorizations(database)[0].invitation
    assert stuck.where_it_stands(database, invitation)[1] == "wrong_company"
    assert [one.cause for one in support_search.places(database, invitation.company)] == [
        "wrong_company"
    ]
    assert visma.grants() == []
