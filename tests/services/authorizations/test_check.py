"""The check finds a cause for all that is wrong, and waits out what passes by itself."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.support.client import Page
from tests.support.standin import StandIn
from tests.support.traveller import (
    HERS,
    Traveller,
    address,
    authorizations,
    cause_of,
    connections,
    invite,
)
from wizard.causes import Cause
from wizard.models import AuthorizationStatus, CallPermit, Event, EventKind, now
from wizard.sandbox.cast import companies
from wizard.services.authorizations.check import CODE_LIVES, run_check
from wizard.services.throttling.call_budget import SEVERAL
from wizard.services.warnings import operator_alerts
from wizard.wiring.providers import provider_context

COMPANIES = {
    "Bara Fakturering AB": Cause.NO_BOOKKEEPING,
    "Modul Saknas AB": Cause.MODULE_MISSING,
    "Startguiden Ej Klar AB": Cause.STARTUP_GUIDE,
    "Inaktiva AB": Cause.COMPANY_INACTIVE,
    "Avstängda AB": Cause.COMPANY_INACTIVE,
    "Avtal Ej Godkänt AB": Cause.LICENCE_NOT_ACCEPTED,
    "Saknar Behörighet AB": Cause.PERMISSION_MISSING,
    "Utan Åtkomst AB": Cause.USER_NOT_IN_COMPANY,
    "Fel Produktvariant AB": Cause.NO_BOOKKEEPING,
    "Saknar Scope AB": Cause.SCOPE_MISSING,
    "Saknar Nummer AB": Cause.NUMBER_MISSING,
    "Norskt Selskap AS": Cause.NOT_SWEDISH,
}


PEOPLE = {
    "Bo Begränsad": Cause.PERMISSION_MISSING,
    "Inga Inaktiv": Cause.USER_NOT_IN_COMPANY,
    "Rut Utan Förnyelse": Cause.SCOPE_MISSING,
    "Kodvägrar-Karl": Cause.STALE_CODE,
    "Fel Utfärdare-Fia": Cause.PROVIDER_REFUSED,
    "Fel Klient-Frida": Cause.OUR_CONFIGURATION,
    "Serverfel-Sara": Cause.PROVIDER_REFUSED,
}


SAVED = {"Du behöver inte göra om något", "Ditt godkännande är sparat"}
HURRIED = {"Vänta en stund. Går det inte inom fem minuter får du godkänna en gång till"}
WAIT_BEGAN, WAIT_OVER = EventKind.WAIT_BEGAN, EventKind.WAIT_OVER


def said_while_waiting(page: Page) -> set[str]:
    """What the page promises of an attempt that waits."""
    return {sentence for sentence in SAVED | HURRIED if sentence in page.words}


def waits(database: Session) -> list[tuple[EventKind, str | None]]:
    """The lines of the history about waiting, in order."""
    found = select(Event).where(Event.kind.in_([WAIT_BEGAN, WAIT_OVER])).order_by(Event.id)
    return [(event.kind, event.cause) for event in database.scalars(found)]


def number_of(name: str) -> str:
    """The organisation number the stand-in's cast gives a company; any for those without."""
    found = next(company for company in companies.ALL if company.name == name)
    digits = "".join(filter(str.isdigit, found.number or ""))
    return digits[-10:] if len(digits) in {10, 12} else "5599009999"


def test_no_transaction_is_open_while_the_provider_answers(
    approver: Traveller, database: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, seen = approver.app.extensions["providers"]["visma"], []
    ask = provider.company
    held = text(
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and state like 'idle in transaction%'"
    )

    def look_and_ask(*given: Any, **named: Any) -> Any:
        seen.append(database.scalar(held))
        return ask(*given, **named)

    home = approver.go_straight().depart()
    database.rollback()
    monkeypatch.setattr(provider, "company", look_and_ask)
    approver.come_back(approver.visma.approve(home, "Vera Välja", HERS))
    assert seen == [0]


@pytest.mark.parametrize(("company", "cause"), COMPANIES.items())
def test_every_company_that_goes_wrong_has_its_cause_told(
    visma_app: Flask, visma: StandIn, database: Session, company: str, cause: Cause
) -> None:
    link = address(invite(visma_app, company, number_of(company)))
    page = Traveller.with_link(visma_app, visma, link).go_straight().approve("Vera Välja", company)
    assert cause_of(database) == cause
    assert page.status == 200
    assert visma.grants() == []


@pytest.mark.parametrize(("person", "cause"), PEOPLE.items())
def test_every_person_for_whom_it_goes_wrong_is_told_her_cause(
    approver: Traveller, database: Session, visma: StandIn, person: str, cause: Cause
) -> None:
    page = approver.go_straight().approve(person, None)
    assert cause_of(database) == cause
    assert page.status == 200
    assert connections(database) == []
    assert visma.grants() == []


@pytest.mark.parametrize(
    ("company", "remark"), [("Bara Läsa AB", "läs"), ("Inga Dokument AB", "Det är som det ska")]
)
def test_what_works_with_a_remark_says_it_on_the_receipt(
    visma_app: Flask, visma: StandIn, company: str, remark: str
) -> None:
    link = address(invite(visma_app, company, number_of(company)))
    page = Traveller.with_link(visma_app, visma, link).go_straight().approve("Vera Välja", company)
    assert "kvitto" in page.words.lower()
    assert remark in page.words


@pytest.mark.parametrize(
    ("kind", "value"), [("status", 503), ("html", 0), ("close", 0), ("error_code", 4010)]
)
@pytest.mark.parametrize("endpoint", ["token", "companysettings", "vouchers", "users"])
def test_an_outage_anywhere_is_waited_out_without_the_approver(
    approver: Traveller, database: Session, visma: StandIn, kind: str, value: int, endpoint: str
) -> None:
    approver.go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    visma.fail(endpoint, kind, value)
    page = approver.come_back(callback)
    assert ("Det är kö" if value == 4010 else "Visma svarar inte just nu") in page.heading
    held = authorizations(database)[0].status is AuthorizationStatus.CHECKING
    assert held == (endpoint != "token")
    assert said_while_waiting(page) == (SAVED if held else HURRIED)
    visma.heal()
    database.execute(update(CallPermit).values(free_at=now()))  # a 429 closes for a minute
    database.commit()
    with time_machine.travel(now() + timedelta(minutes=1), tick=True):
        assert "kvitto" in approver.follow(approver.get("kontroll")).words.lower()
    assert waits(database) == [(WAIT_BEGAN, Cause.PROVIDER_UNAVAILABLE), (WAIT_OVER, None)]


def test_one_companys_429_is_a_queue_for_it_and_nothing_for_others(
    visma_app: Flask, visma: StandIn, approver: Traveller, database: Session
) -> None:
    busy = "Överbelastade AB"
    link = address(invite(visma_app, busy, number_of(busy)))
    hers = Traveller.with_link(visma_app, visma, link).go_straight()
    for _ in range(SEVERAL):  # one company, however often she tries
        assert "Det är kö – klart inom en minut" in hers.approve("Vera Välja", busy).heading
    assert "kvitto" in approver.go_straight().approve().words.lower()
    database.execute(update(CallPermit).values(free_at=now()))
    database.commit()
    with time_machine.travel(now() + timedelta(minutes=1), tick=True):
        assert "Visma svarar inte just nu" in hers.follow(hers.get("kontroll")).heading


def test_a_code_that_dies_meanwhile_has_to_be_approved_again(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    callback = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS)
    visma.fail("token", "status", 503)
    approver.come_back(callback)
    with approver.app.app_context():
        context = provider_context("visma")
    for seconds in (*range(30, 300, 30), 330):  # at five minutes it is a matter of moments
        with time_machine.travel(now() + timedelta(seconds=seconds), tick=True):
            status = run_check(context, authorizations(database)[0].id, 9)
        assert (status is AuthorizationStatus.FAILED) == (seconds > CODE_LIVES.total_seconds())
        if status is AuthorizationStatus.FAILED:
            break
    assert "godkänn en gång till" in approver.get("orsak").words
    ended = (WAIT_OVER, Cause.STALE_CODE)
    assert waits(database) == [(WAIT_BEGAN, Cause.PROVIDER_UNAVAILABLE), ended]


def test_a_fault_of_ours_is_waited_out_once_we_hold_tokens(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    callback = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS)
    visma.fail("companysettings", "error_code", 4034)
    page = approver.come_back(callback)
    assert "fel hos oss" in page.words
    assert said_while_waiting(page) == SAVED
    assert operator_alerts.evidence(database, Cause.OUR_CONFIGURATION, now()).attempts == 1
    visma.heal()
    with time_machine.travel(now() + timedelta(minutes=1), tick=True):
        assert "kvitto" in approver.follow(approver.get("kontroll")).words.lower()
    assert waits(database) == [(WAIT_BEGAN, Cause.OUR_CONFIGURATION), (WAIT_OVER, None)]
    assert operator_alerts.evidence(database, Cause.OUR_CONFIGURATION, now()).attempts == 0
