"""The trip to the provider and back: each way home, each cause, and that nothing counts twice."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.standin import StandIn
from tests.traveller import (
    HERS,
    Traveller,
    address,
    cause_of,
    connections,
    invite,
    trips,
)
from wizard.causes import Cause
from wizard.models import (
    AuthorizationStatus,
    CallPermit,
    Consent,
    Event,
    EventKind,
    Invitation,
    InvitationStatus,
    now,
)
from wizard.sandbox.cast import companies
from wizard.services.disconnection import disconnect
from wizard.services.outcomes import forget_chosen_companies


def test_the_whole_road_ends_on_a_receipt(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    page = approver.go_straight().approve()
    for said in (
        HERS,
        "559900-1079",
        "Vera Välja",
        "vera.valja@example.com",
        "verifikat A1 (2025-",
    ):
        assert said in page.words
    connection = connections(database)[0]
    assert connection.status.value == "active"
    assert connection.last_read_at is not None
    assert database.scalars(select(Consent)).one().approver_name == "Vera Välja"
    assert database.scalars(select(Invitation)).one().status is InvitationStatus.CONNECTED
    assert len(visma.grants()) == 1


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


def test_the_receipt_of_what_has_ended_says_so(approver: Traveller, database: Session) -> None:
    assert "Klart" in approver.go_straight().approve().words
    disconnect(database, connections(database)[0])
    page = approver.get("klart")
    for said in ("Företaget är frånkopplat", "Avslutad", "Det här fick", "Fick läsa", "Vera Välja"):
        assert said in page.words
    for past in ("Klart", "Det här får", "Så tar du tillbaka"):
        assert past not in page.words


def test_tokens_rest_sealed_to_the_connection_and_nowhere_else(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight().approve()
    trip, connection = trips(database)[0], connections(database)[0]
    assert (trip.access_token, trip.refresh_token, trip.code, trip.code_verifier) == (None,) * 4
    assert str(connection.refresh_token).startswith("t1.")
    vault = approver.app.extensions["vault"]
    assert vault.open(connection.refresh_token, connection, "refresh_token")


def test_wrong_company_is_told_revoked_and_then_chosen_again(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    page = approver.go_straight().approve("Stina Standardföretag", None)
    assert "Du valde Gamla Bolaget AB (559900-1145)" in page.words
    assert f"{HERS} (559900-1079)" in page.words
    assert visma.grants() == []
    assert trips(database)[0].refresh_token is None
    way = approver.depart(again=True)
    assert parse_qs(urlsplit(way).query)["prompt"] == ["login select_account"]
    done = approver.come_back(visma.approve(way, "Stina Standardföretag", HERS))
    assert "kvitto" in done.words.lower()


def test_the_wrong_companys_name_is_for_the_browser_that_chose_it_alone(
    approver: Traveller, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    approver.go_straight().approve("Klara Konsult", "Påhittade Bageriet AB")
    sender = Traveller.with_link(visma_app, visma, approver.link)
    seen = sender.get("orsak", 200)
    assert "Bageriet" not in seen.text
    rows = [str(vars(event)) for event in database.scalars(select(Event))]
    assert not any("Bageriet" in row or "5599003034" in row for row in rows)
    assert "Bageriet" not in str(trips(database)[0].chosen_company)


def test_the_wrong_companys_name_is_forgotten_after_a_day(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight().approve("Stina Standardföretag", None)
    assert forget_chosen_companies(database) == 0
    with time_machine.travel(now() + timedelta(days=1, minutes=1), tick=True):
        assert forget_chosen_companies(database) == 1
    assert "Gamla Bolaget" not in approver.get("orsak", 200).text


def test_after_a_wrong_company_the_choice_is_forced_from_every_button(approver: Traveller) -> None:
    approver.go_straight().approve("Stina Standardföretag", None)
    assert "prompt=login+select_account" in approver.depart()


def test_wrong_company_twice_leads_to_the_guide(approver: Traveller, database: Session) -> None:
    approver.go_straight().approve("Otto Överhoppad", None)
    assert cause_of(database) == Cause.WRONG_COMPANY
    page = approver.approve("Otto Överhoppad", None)
    assert cause_of(database) == Cause.DEFAULT_COMPANY
    assert "standardföretag" in page.words.lower()


def test_without_standardforetag_he_is_asked_and_connects(
    approver: Traveller, visma: StandIn
) -> None:
    approver.go_straight().approve("Otto Överhoppad", None)
    approver.approve("Otto Överhoppad", None)
    visma.set_default_company("Otto Överhoppad", None)
    assert "kvitto" in approver.approve("Otto Överhoppad", HERS).words.lower()


def test_no_choice_leads_to_the_guide_at_once(approver: Traveller, database: Session) -> None:
    approver.go_straight().approve("Otto Överhoppad", None)
    approver.follow(approver.post("fick-inte-valja", 303))
    assert cause_of(database) == Cause.DEFAULT_COMPANY


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
    "Sandlådeklient AB": Cause.OUR_CONFIGURATION,
    "Saknar Nummer AB": Cause.WRONG_COMPANY,
    "Norskt Selskap AS": Cause.WRONG_COMPANY,
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


def number_of(name: str) -> str:
    """The organisation number the stand-in's cast gives a company; any for those without."""
    found = next(company for company in companies.ALL if company.name == name)
    digits = "".join(filter(str.isdigit, found.number or ""))
    return digits[-10:] if len(digits) in {10, 12} else "5599009999"


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
    assert "svarar inte" in page.words
    assert "Du behöver inte göra om något" in page.words
    assert trips(database)[0].status in {AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING}
    visma.heal()
    database.execute(update(CallPermit).values(free_at=now()))  # a 429 closes for a minute
    database.commit()
    with time_machine.travel(now() + timedelta(minutes=1), tick=True):
        assert "kvitto" in approver.follow(approver.get("kontroll")).words.lower()
