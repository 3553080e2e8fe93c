"""Support on the phone: finding where a person is, and sending her what helps."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.broken import become
from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.connections import make_connection
from tests.support.grants import give_sealed
from tests.support.transactions import Statements
from tests.support.traveller import Traveller
from wizard.models import (
    AuditAction,
    AuditEntry,
    Connection,
    ConnectionStatus,
    Event,
    Firm,
    Invitation,
    InvitationStatus,
    KeyPurpose,
    Role,
    User,
    now,
)
from wizard.services.companies.support_search import find
from wizard.services.connections.disconnection import disconnect
from wizard.services.invitations import lifecycle
from wizard.services.invitations.lifecycle import Link
from wizard.services.invitations.mailing import mail_invitation
from wizard.services.outbox import Addressee

Open = Callable[..., Browser]


@pytest.fixture
def link(session: Session, cast: Cast) -> Link:
    return lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)


def search(browser: Browser, text: str) -> Page:
    return browser.get("/support", query_string={"q": text})


@pytest.mark.parametrize(
    "text",
    ["{code}", "{CODE}", "Kod {CODE}", "559123-4561", "5591234561", "ängsb", "olga@example.com"],
)
def test_index_finds_a_company_by_what_is_said_on_the_phone(
    browser: Open, cast: Cast, link: Link, text: str
) -> None:
    code = link.invitation.code
    said = text.format(code=code, CODE=f"{code[:3]} {code[3:]}".upper())
    for user in (cast.support, cast.admin):
        assert search(browser(user), said).location == f"/support/{cast.company.public_id}"


@pytest.mark.parametrize(
    "text",
    [
        *("SE559123456101", "16559123-4561", "org.nr: 559123 4561", "Momsreg.nr SE559123456101"),
        *("bageriet", "ab ängsbag", "Berits bageri", "berit", "FORS", "fors berit", "ber fo"),
        *("berit.fors@examp", "Berit.F", "berit.fors@example.com"),
    ],
)
def test_index_finds_by_any_word_a_person_and_an_unfinished_address(
    browser: Open, cast: Cast, session: Session, text: str
) -> None:
    cast.company.name = "Ängsbageriet, Berits Bageri & Bageriet AB"
    to = Addressee("Berit.Fors@example.com", "sv", "Berit Fors")
    mail_invitation(session, cast.company, "visma", cast.owner, to, None)
    assert search(browser(cast.support), text).location == f"/support/{cast.company.public_id}"


@pytest.mark.parametrize("text", ["frid", "fors", "frida.fo", "frida.fors@e"])
def test_index_finds_who_approved_by_any_part_of_what_is_known(
    browser: Open, cast: Cast, session: Session, link: Link, text: str
) -> None:
    make_connection(session, link, approver_email="Frida.Fors@Example.com")
    assert search(browser(cast.support), text).location == f"/support/{cast.company.public_id}"


def test_index_asks_whether_another_code_was_meant_and_opens_it_by_a_press_alone(
    browser: Open, cast: Cast, session: Session, link: Link
) -> None:
    link.invitation.code = "4f7kxd"
    session.commit()
    siv = browser(cast.support)
    for said in ("4F7KX0", "4 f 7 k x 3.", "4f7kx"):
        page = siv.get("/support", 200, query_string={"q": said})
        assert "Menade du …?" in page.words
        assert "4F7KXD Ängsbageriet AB Byrån AB" in page.words
        assert f"/support/{cast.company.public_id}" not in page.links
    found = siv.post("/support/menade", {"said": "4F7KX0", "code": "4f7kxd"}, 303)
    assert found.location == f"/support/{cast.company.public_id}"
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.after) == (
        AuditAction.PERSON_READ,
        {"said": "4F7KX0", "code": "4f7kxd"},
    )
    assert (entry.user_id, entry.object_id) == (cast.support.id, cast.company.public_id)


@pytest.mark.usefixtures("half_past")
def test_only_a_code_near_what_was_said_is_opened_and_not_often(
    browser: Open, cast: Cast, session: Session, link: Link
) -> None:
    link.invitation.code = "4f7kxd"
    session.commit()
    siv = browser(cast.support)
    for said in ("4f2222", "", "ängsbageriet"):
        page = siv.post("/support/menade", {"said": said, "code": "4f7kxd"}, 303)
        assert page.goes_to == "/support"
    opened = select(AuditEntry.id).where(AuditEntry.action == AuditAction.PERSON_READ)
    assert session.scalar(opened) is None
    for _ in range(57):
        siv.post("/support/menade", {"said": "4f7kx", "code": "4f7kxd"}, 303)
    siv.post("/support/menade", {"said": "4f7kx", "code": "4f7kxd"}, 429)


def test_index_finds_by_the_address_of_the_one_who_approved(
    browser: Open, cast: Cast, session: Session, link: Link
) -> None:
    make_connection(session, link, approver_email="Frida.Fors@Example.com")
    page = search(browser(cast.support), "frida.fors@example.COM")
    assert page.location == f"/support/{cast.company.public_id}"


def test_a_connection_that_has_ended_is_said_to_have(
    browser: Open, cast: Cast, session: Session, link: Link
) -> None:
    link.invitation.status = InvitationStatus.CONNECTED
    disconnect(session, make_connection(session, link), staff=cast.owner)
    support = browser(cast.support)
    page = support.follow(search(support, "5591234561"))
    assert "Frånkopplad" in page.words
    assert "Kopplingen är avslutad" in page.words
    assert "Ansluten" not in page.words
    [row] = find(session, cast.company.name.casefold())
    assert row.status == "disconnected"


def test_index_lists_several_with_personal_numbers_masked(
    browser: Open, cast: Cast, session: Session
) -> None:
    cast.company.name, cast.company.organisation_number = "Ek Ett", "8001019986"
    cast.other_company.name = "Ek Två"
    session.commit()
    page = search(browser(cast.support), "ek")
    assert "Ek Ett" in page.words
    assert "Främmande" not in page.words
    assert "19800101-****" in page.words
    assert "9986" not in page.text


def test_index_says_what_to_do_when_nobody_is_found(browser: Open, cast: Cast) -> None:
    assert "organisationsnumret" in search(browser(cast.support), "finns inte").words


def test_the_code_of_an_ended_invitation_finds_it_unless_a_living_one_has_the_same(
    browser: Open, cast: Cast, session: Session, link: Link
) -> None:
    lifecycle.withdraw(session, link.invitation, cast.owner)
    code = link.invitation.code
    found = search(browser(cast.support), code)
    assert found.location == f"/support/{cast.company.public_id}"
    assert "Länken gäller inte längre." in browser(cast.support).get(found.location, 200).words
    other = lifecycle.activate(
        session, cast.other_company, "visma", cast.stranger, KeyPurpose.COPIED
    )
    other.invitation.code = code
    session.commit()
    found = search(browser(cast.support), code)
    assert found.location == f"/support/{cast.other_company.public_id}"


def test_support_is_for_support_and_admin(browser: Open, cast: Cast, link: Link) -> None:
    path = f"/support/{cast.company.public_id}"
    for address in ("/support", path):
        browser(cast.owner).get(address, 403)
        assert browser().get(address, 303).location.startswith("/logga-in")
        assert "/support" not in browser(cast.owner).get("/foretag").links
        assert "/support" in browser(cast.support).get("/foretag").links
    browser(cast.owner).post(path, {}, 403)
    browser(cast.support).get("/support/finnsinte", 404)


@pytest.fixture
def siv(visma_app: Flask, database: Session) -> Browser:
    user = User(name="Siv", email="siv@example.com", role=Role.SUPPORT, password_hash="x")
    database.add(user)
    database.commit()
    return Browser.open(visma_app, user)


def here(database: Session) -> str:
    return f"/support/{database.scalars(select(Invitation)).one().company.public_id}"


def test_company_shows_where_she_is_and_what_she_sees(
    approver: Traveller, siv: Browser, database: Session
) -> None:
    at = here(database)
    assert "Ingen har börjat än" in siv.get(at, 200).words
    approver.post("valkommen", 303, go="start")
    approver.get("behorighet", 200)
    words = siv.get(at, 200).words
    assert "Behörighet (2 av 5)" in words
    approver.go_straight().approve("Stina Standardföretag", None)
    page = siv.get(at, 200)
    assert "Ett annat företag valdes i Visma" in page.words
    assert 'data-copy-text="http://localhost/hjalp/standardforetag#steg-1"' in page.text
    assert "Gamla Bolaget" not in page.text


def test_company_whose_person_has_arrived_gets_the_step_that_mends_the_connection(
    approver: Traveller, siv: Browser, database: Session
) -> None:
    approver.go_straight().approve()
    page = siv.get(here(database), 200)
    assert "det gick bra" in page.words
    assert "data-copy-text" not in page.text  # nobody needs help any more
    connection = database.scalars(select(Connection)).one()
    become(database, (connection,), ConnectionStatus.RENEWAL_NEEDED, "consent_ended")
    page = siv.get(here(database), 200)
    assert page.text.count("data-copy-text=") == 1
    assert 'data-copy-text="http://localhost/hjalp/fornya#steg-1"' in page.text


@pytest.mark.usefixtures("half_past")
def test_company_makes_a_fresh_link_within_the_senders_limits(
    approver: Traveller, siv: Browser, database: Session
) -> None:
    at = here(database)
    page = siv.post(at, {}, 200)
    secret = page.value("link")
    assert secret.startswith("http://localhost/k/")
    assert approver.browser.get(secret.removeprefix("http://localhost"), 303)
    assert "/k/" not in siv.get(at, 200).text
    assert "Siv" in siv.get(at, 200).words
    for _ in range(29):
        siv.post(at, {}, 200)
    siv.post(at, {}, 429)


def test_company_whose_invitation_has_ended_gets_no_link(
    approver: Traveller, siv: Browser, database: Session
) -> None:
    at = here(database)
    before = len(database.scalars(select(Event)).all())
    with time_machine.travel(now() + timedelta(days=15), tick=True):
        siv.become(database.scalars(select(User)).one())
        page = siv.post(at, {}, 200)
    assert "Inbjudan har upphört" in page.words
    assert "/k/" not in page.text
    assert len(database.scalars(select(Event)).all()) == before


def test_support_costs_few_statements(
    approver: Traveller, siv: Browser, visma_app: Flask, database: Session
) -> None:
    approver.go_straight().approve("Stina Standardföretag", None)
    at = here(database)
    for path in (at, "/support?q=559900"):
        siv.get(path)
        with Statements(visma_app.extensions["engine"]) as sent:
            siv.get(path)
        assert len(sent) <= 16, list(sent)  # one of them tells the audit trail


def test_support_never_shows_a_token(
    browser: Open, cast: Cast, session: Session, link: Link
) -> None:
    connection = make_connection(session, link)
    give_sealed(session, connection)
    assert session.scalar(select(Firm.name)) is not None
    text = browser(cast.support).get(f"/support/{cast.company.public_id}", 200).text
    assert f"/admin/kopplingar/{connection.public_id}" in text
    assert "sealed-" not in text


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(text=st.text())
def test_index_stands_whatever_is_written(browser: Open, cast: Cast, text: str) -> None:
    page = browser(cast.support).get(
        "/support", query_string={"q": text.encode("utf-8", "replace")}
    )
    assert page.status in {200, 303, 400}
