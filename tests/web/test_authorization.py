"""The trip to the provider and back: each way home, each cause, and that nothing counts twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.client import Browser, Page
from tests.standin import StandIn
from tests.traveller import HERS, OURS, Traveller, address, invite
from wizard.causes import Cause
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Connection,
    Consent,
    Event,
    EventKind,
    Invitation,
    InvitationStatus,
    now,
)
from wizard.sandbox.cast import companies


def trips(database: Session) -> list[Authorization]:
    database.expire_all()
    return list(database.scalars(select(Authorization).order_by(Authorization.id)))


def connections(database: Session) -> list[Connection]:
    database.expire_all()
    return list(database.scalars(select(Connection)))


def with_changes(callback: str, **changes: str | None) -> str:
    """The callback with parameters set to something else, or left out."""
    said = {name: values[0] for name, values in parse_qs(urlsplit(callback).query).items()}
    said.update({name: value for name, value in changes.items() if value is not None})
    kept = {name: value for name, value in said.items() if changes.get(name, "") is not None}
    return f"{OURS}/visma/callback?{urlencode(kept)}"


def cause_of(database: Session) -> str | None:
    return trips(database)[-1].cause


# --- the road


def test_the_whole_road_ends_on_a_receipt(
    approver: Traveller, database: Session, visma: StandIn
) -> None:
    page = approver.go_straight().approve()
    for said in (HERS, "559900-1079", "Vera Välja", "vera.valja@example.com", "verifikat A1"):
        assert said in page.words
    connection = connections(database)[0]
    assert connection.status.value == "active"
    assert connection.last_read_at is not None
    assert database.scalars(select(Consent)).one().approver_name == "Vera Välja"
    assert database.scalars(select(Invitation)).one().status is InvitationStatus.CONNECTED
    assert len(visma.grants()) == 1


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


# --- causes

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
    assert visma.grants() == [] or cause is Cause.SCOPE_MISSING


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
    with time_machine.travel(now() + timedelta(seconds=30), tick=True):
        assert "kvitto" in approver.follow(approver.get("kontroll")).words.lower()


# --- callbacks that are not what they should be


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
        sandbox_url=visma.url,
        visma_client_id=visma.client_id,
        visma_client_secret=visma.client_secret,
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
