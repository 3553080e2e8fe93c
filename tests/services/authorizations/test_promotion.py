"""An authorization becomes a connection: the first that is whole, and no other."""

import time
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy.orm import Session

from tests.support.client import Browser, Page
from tests.support.standin import StandIn
from tests.support.traveller import HERS, Traveller, address, connections, invite

PATIENCE = 30.0


def test_a_callback_twice_at_once_is_one_connection(
    approver: Traveller, visma: StandIn, database: Session
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)

    def come(_turn: int) -> Page:
        again = Traveller(
            approver.app, visma, approver.link, Browser.open(approver.app), approver.at
        )
        with approver.browser.client.session_transaction() as ours:
            kept = dict(ours)
        with again.browser.client.session_transaction() as theirs:
            theirs.update(kept)
        page = again.come_back(callback)
        ends = time.monotonic() + PATIENCE
        while "kvitto" not in page.words.lower() and time.monotonic() < ends:
            page = again.follow(again.get("kontroll"))  # as the waiting page does: another checks
        return page

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
