"""Mejla mig när det går: where it is offered, what it shows, and the way back from the mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.client import Page
from tests.support.mail_server import MailServer, secret_of, send_due, text_of
from tests.support.standin import StandIn
from tests.support.traveller import HERS, Traveller, address, authorizations, invite
from wizard.jobs.worker import work
from wizard.models import Authorization, Invitation, KeyPurpose, LetterKind, Promise, now
from wizard.services import outbox
from wizard.services.authorizations import promises
from wizard.services.authorizations.check import CODE_LIVES, TOKENS_WAIT
from wizard.services.concurrency.queue import enqueue
from wizard.services.invitations.lifecycle import key_for_letter
from wizard.services.outbox import Addressee
from wizard.web.hooks.labels import clock

ASKED = "Mejla mig när det går"
ANNA = "anna@example.com"


@pytest.fixture
def mailing(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application, with the stand-in and a mail server."""
    return make_app(**visma.settings, **mail_server.settings)


@pytest.fixture
def copied(mailing: Flask, visma: StandIn) -> Traveller:
    """An approver with a link that somebody copied to her."""
    return Traveller.with_link(mailing, visma, address(invite(mailing)))


def approve(traveller: Traveller, endpoint: str, person: str = "Vera Välja") -> Page:
    """Approve while an endpoint does not answer; the page then."""
    callback = traveller.visma.approve(traveller.go_straight().depart(), person, HERS)
    traveller.visma.fail(endpoint, "status", 503)
    page = traveller.come_back(callback)
    traveller.visma.heal()
    return page


@pytest.mark.parametrize("endpoint", ["token", "companysettings"])
def test_it_is_asked_for_while_the_provider_does_not_answer(
    copied: Traveller, database: Session, endpoint: str
) -> None:
    page = approve(copied, endpoint)
    assert ASKED in page.words
    assert 'autocomplete="email"' in page.text
    wrong = copied.post("mejla-mig", 200, email="anna")
    assert "Adressen stämmer inte" in wrong.words
    done = copied.follow(copied.post("mejla-mig", 303, email=ANNA))
    assert f"Vi skriver till {ANNA}" in done.words
    assert database.scalars(select(Promise)).one().recipient == ANNA


def test_it_says_until_when_it_is_tried_and_no_longer_than_the_link_is_valid(
    copied: Traveller, database: Session
) -> None:
    page = approve(copied, "companysettings")
    returned = database.scalars(select(Authorization.returned_at)).one()
    assert returned
    ends = returned + timedelta(hours=3)
    for expires, until in (
        (now() + timedelta(days=9), returned + TOKENS_WAIT),
        (ends, ends),
    ):
        database.execute(update(Invitation).values(expires_at=expires))
        database.commit()
        page = copied.follow(copied.get("kontroll"))
        with copied.app.test_request_context(headers={"Accept-Language": "sv"}):
            said = clock(until).replace("\u00a0", " ")
        assert f"Vi försöker igen av oss själva till {said}" in page.words


def test_a_fault_of_ours_that_stopped_the_attempt_has_it_too(copied: Traveller) -> None:
    page = copied.go_straight().approve("Fel Klient-Frida")
    assert "fel hos oss" in page.words
    assert ASKED in page.words
    done = copied.follow(copied.post("mejla-mig", 303, email=ANNA))
    assert f"Vi skriver till {ANNA}" in done.words
    assert "Försök igen" in done.words


def test_the_address_that_the_link_was_mailed_to_is_filled_in(
    mailing: Flask, visma: StandIn, database: Session, copied: Traveller
) -> None:
    invitation = database.scalars(select(Invitation)).one()
    to = Addressee("eva@example.com", "sv")
    letter = outbox.post(database, LetterKind.INVITATION, invitation, to)
    secret = key_for_letter(database, letter, KeyPurpose.MAILED)
    database.commit()
    mailed = Traveller.with_link(mailing, visma, f"/k/{secret}")
    assert 'value="eva@example.com"' in approve(mailed, "token").text
    assert "eva@example.com" not in approve(copied, "token").text


def test_neither_another_browser_nor_a_page_without_a_wait_has_it(
    copied: Traveller, mailing: Flask, visma: StandIn, database: Session
) -> None:
    approve(copied, "companysettings")
    copied.post("mejla-mig", 303, email=ANNA)
    other = Traveller.with_link(mailing, visma, copied.link)
    page = other.follow(other.get("kontroll"))
    assert ASKED not in page.words
    assert ANNA not in page.text
    other.post("mejla-mig", 303, email="else@example.com")
    assert [one.recipient for one in database.scalars(select(Promise))] == [ANNA]


def test_without_a_mail_server_nothing_is_offered(
    visma_app: Flask, visma: StandIn, approver: Traveller
) -> None:
    assert ASKED not in approve(approver, "token").words
    approver.post("mejla-mig", 404, email=ANNA)


def test_from_the_mail_one_press_leads_back_to_the_same_step(
    copied: Traveller, mailing: Flask, visma: StandIn, database: Session, mail_server: MailServer
) -> None:
    approve(copied, "token")
    copied.post("mejla-mig", 303, email=ANNA)
    visma.fail("token", "status", 503)
    with time_machine.travel(now() + CODE_LIVES * 2, tick=True):
        copied.follow(copied.get("kontroll"))
        enqueue(database, "keep_promises", timestamp=0)
        database.commit()
        for _ in range(2):
            work(mailing, wait=False)
    (letter,) = mail_server.to(ANNA)
    assert "Du behöver godkänna en gång till" in str(letter["Subject"])
    assert "det tog för lång tid" in text_of(letter).lower()
    visma.heal()
    link = secret_of(letter)
    assert "Ge behörighet" in Traveller.with_link(mailing, visma, link).open().words
    again = Traveller.with_link(mailing, visma, link)
    assert "kvitto" in again.approve().words.lower()
    assert promises.keep(database) == 0


def test_when_it_goes_through_the_receipt_says_so(
    copied: Traveller, mailing: Flask, database: Session, mail_server: MailServer
) -> None:
    approve(copied, "companysettings")
    copied.post("mejla-mig", 303, email=ANNA)
    database.execute(update(Authorization).values(next_try_at=now()))
    database.commit()
    copied.follow(copied.get("kontroll"))
    assert authorizations(database)[0].status == "succeeded"
    promises.keep(database)
    send_due(mailing)
    (letter,) = mail_server.to(ANNA)
    assert "Kvitto" in str(letter["Subject"])
