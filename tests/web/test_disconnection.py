"""Ending a connection on the pages: by a member, by an admin, and by who approved it."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import time_machine
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.conftest import SETTINGS
from tests.support.aftermath import until
from tests.support.cast import PASSWORD, make_firm, make_user
from tests.support.client import Browser
from tests.support.grants import grant_of, make_grants_due
from tests.support.live import Wizard
from tests.support.mail_server import MailServer, secret_of, send_due, text_of
from tests.support.standin import StandIn
from tests.support.transactions import Statements
from tests.support.traveller import HER_NUMBER, HERS, Traveller, address, connections, invite
from wizard.jobs import worker
from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    Consent,
    Firm,
    Letter,
    LetterKind,
    Role,
    now,
)
from wizard.services.consents.disconnect_codes import redeem

HER_MAIL = "vera.privat@example.com"
Open = Callable[[], Browser]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def visma_app(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application with the stand-in for its provider, and a mail server."""
    return make_app(
        **visma.settings,
        **mail_server.settings,
    )


@pytest.fixture
def connection(approver: Traveller, database: Session) -> Connection:
    """A connection as the road makes it, its receipt mailed to an address of hers."""
    approver.go_straight().approve()
    approver.mail_receipt(HER_MAIL)
    send_due(approver.app)
    return connections(database)[0]


@pytest.fixture
def member(visma_app: Flask, database: Session, connection: Connection) -> Browser:
    """A member of the firm that owns the company."""
    firm = database.get_one(Firm, connection.firm_id)
    user = make_user("Olga Ek", Role.MEMBER, firm)
    database.add(user)
    database.commit()
    return Browser.open(visma_app, user)


@pytest.fixture
def holder(visma_app: Flask, connection: Connection, mail_server: MailServer) -> Open:
    """Opens browsers that have followed the link in the mailed receipt."""

    def open_browser() -> Browser:
        browser = Browser.open(visma_app)
        browser.get(secret_of(mail_server.to(HER_MAIL)[0], "/kvitto/") + ">.", 303)
        return browser

    return open_browser


@pytest.fixture
def live(database_url: str, catalogues: None, visma: StandIn, tmp_path: Path) -> Iterator[Wizard]:
    """The wizard as a process that can be killed, on the same database."""
    listening, url = Wizard.address()
    wizard = Wizard.start(
        listening,
        url,
        tmp_path / "log",
        database_url=database_url,
        **visma.settings,
        visma_redirect_uri="http://localhost/visma/callback",
        secret_key=SETTINGS["secret_key"],
        token_keys=SETTINGS["token_keys"],
    )
    yield wizard
    wizard.stop()


def its_page(database: Session, connection: Connection) -> str:
    company = database.get_one(Company, connection.company_id)
    return f"/foretag/{company.public_id}/koppla-fran"


def her_page(holder: Browser, mail_server: MailServer) -> str:
    receipt = holder.get(secret_of(mail_server.to(HER_MAIL)[0], "/kvitto/"), 303).goes_to
    return f"{receipt}/koppla-fran"


def code_for(browser: Browser, page: str, server: MailServer) -> str:
    """The code that she asks for on this page."""
    browser.post(f"{page}/kod", status=303)
    send_due(browser.client.application)
    lines = text_of(server.to(HER_MAIL)[-1]).splitlines()
    return next(line.strip() for line in lines if line.startswith("  "))


def is_ended(database: Session) -> bool:
    return connections(database)[0].status is ConnectionStatus.DISCONNECTED


def test_company_says_what_will_happen_and_then_ends_it(
    member: Browser,
    database: Session,
    connection: Connection,
    visma: StandIn,
    mail_server: MailServer,
) -> None:
    page = its_page(database, connection)
    words = member.get(page, 200).words
    assert "upp till en timme" in words
    assert "Kvittot finns kvar" in words
    assert not is_ended(database)
    for _ in range(2):  # the second press is the same as the first
        after = member.follow(member.post(page, status=303))
        assert "Visma bekräftade" in after.words
    assert visma.grants() == []
    send_due(member.client.application)
    told = {letter["Subject"] for letter in mail_server.letters}
    assert f"{HERS} är frånkopplat" in told
    assert "är frånkopplat från Byrån AB" in str(mail_server.to(HER_MAIL)[-1]["Subject"])
    assert "Frånkopplad" in member.get(page.removesuffix("/koppla-fran"), 200).words


def test_company_says_when_the_provider_has_not_confirmed(
    member: Browser, database: Session, connection: Connection, visma: StandIn
) -> None:
    visma.fail("revocation", "status", 503)
    page = its_page(database, connection)
    words = member.follow(member.post(page, status=303)).words
    assert "Vi har inte fått bekräftat av Visma än. Vi försöker igen." in words
    assert is_ended(database)


def test_company_of_another_firm_is_not_there(
    visma_app: Flask, database: Session, connection: Connection
) -> None:
    stranger = make_user("Stina Alm", Role.MEMBER, make_firm("Andra Byrån AB"))
    support = make_user("Siv Lind", Role.SUPPORT)
    database.add_all([stranger, support])
    database.commit()
    page = its_page(database, connection)
    Browser.open(visma_app, stranger).get(page, 404)
    Browser.open(visma_app, stranger).post(page, status=404)
    Browser.open(visma_app, support).post(page, status=403)
    assert not is_ended(database)


def test_connection_is_ended_by_an_admin_and_only_read_by_support(
    visma_app: Flask, database: Session, connection: Connection, visma: StandIn
) -> None:
    admin, support = make_user("Adam Al", Role.ADMIN), make_user("Siv Lind", Role.SUPPORT)
    database.add_all([admin, support])
    database.commit()
    shown = f"/admin/kopplingar/{connection.public_id}"
    page = f"{shown}/koppla-fran"
    reader = Browser.open(visma_app, support)
    assert page not in reader.get(shown, 200).links
    reader.get(page, 403)
    reader.post(page, status=403)
    browser = Browser.open(visma_app, admin)
    assert page in browser.get(shown, 200).links
    browser.get(page, 200)
    visma.fail("revocation", "status", 503)
    ended = browser.follow(browser.post(page, status=303))
    assert "Vi försöker igen" in ended.words
    assert page not in ended.links
    assert browser.get(page, 303).goes_to == shown


def test_receipt_ends_it_with_a_code_from_her_mail(
    holder: Open, database: Session, mail_server: MailServer, visma: StandIn
) -> None:
    browser = holder()
    page = her_page(browser, mail_server)
    before = browser.get(page, 200)
    assert "v•••@example.com" in before.words
    assert HER_MAIL not in before.text
    code = code_for(browser, page, mail_server)
    ended = browser.follow(browser.post(page, {"code": f" {code.lower()} "}, 303))
    assert "Kopplingen är avslutad" in ended.heading
    assert "den som hade godkänt den" in ended.words
    assert is_ended(database)
    assert visma.grants() == []
    assert "Frånkopplad" in browser.get(page.removesuffix("/koppla-fran"), 200).words


def test_receipt_takes_no_earlier_code_and_no_more_than_five_tries(
    holder: Open, database: Session, mail_server: MailServer
) -> None:
    browser = holder()
    page = her_page(browser, mail_server)
    browser.post(page, {"code": "222222"}, 200)  # none has been asked for
    codes = [code_for(browser, page, mail_server) for _ in range(2)]
    wrong = browser.post(page, {"code": codes[0]}, 200)
    assert "Koden stämmer inte" in wrong.words
    for _ in range(4):
        browser.post(page, {"code": "222222"}, 200)
    browser.post(page, {"code": codes[1]}, 200)  # the tries are used up
    assert not is_ended(database)


def test_receipt_takes_no_old_code_but_one_again_whose_first_press_was_cut_off(
    holder: Open, database: Session, mail_server: MailServer
) -> None:
    browser = holder()
    page = her_page(browser, mail_server)
    code = code_for(browser, page, mail_server)
    consent = database.scalars(select(Consent)).one()
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert not redeem(database, consent, code)
    assert redeem(database, consent, code)  # and then killed
    assert not is_ended(database)
    browser.post(page, {"code": code}, 303)
    assert is_ended(database)


def test_receipt_pressed_twice_ends_it_once_and_says_so_both_times(
    holder: Open, database: Session, mail_server: MailServer
) -> None:
    browsers = holder(), holder()
    page = her_page(browsers[0], mail_server)
    code = code_for(browsers[0], page, mail_server)
    with ThreadPoolExecutor(2) as pool:
        pressed = [pool.submit(browser.post, page, {"code": code}) for browser in browsers]
    for browser, press in zip(browsers, pressed, strict=True):
        answer = browser.follow(press.result()) if press.result().status == 303 else press.result()
        assert "avslutad" in answer.heading
    told = select(Letter.id).where(Letter.kind == LetterKind.DISCONNECTED)
    assert len(database.scalars(told).all()) == 1


def test_receipt_says_when_the_code_written_is_the_one_for_the_phone(
    holder: Open, mail_server: MailServer
) -> None:
    browser = holder()
    page = her_page(browser, mail_server)
    browser.post(f"{page}/kod", status=303)
    send_due(browser.client.application)
    code = re.findall("Kod i telefon: ([A-Z0-9]{6})", browser.get(page, 200).words)[0]
    for written in (code, f"Kod {code.lower()}"):
        assert "koden för telefonen" in browser.post(page, {"code": written}, 200).words
    assert "Koden stämmer inte" in browser.post(page, {"code": "222222"}, 200).words


def test_receipt_without_a_known_address_says_what_she_can_do_instead(
    holder: Open, database: Session, mail_server: MailServer
) -> None:
    browser = holder()
    page = her_page(browser, mail_server)
    database.execute(update(Consent).values(approver_email=None))
    database.execute(update(Letter).values(recipient=""))
    database.commit()
    shown = browser.get(page, 200)
    assert "Vi känner inte till någon adress" in shown.words
    assert "/hjalp/koppla-fran#steg-2" in shown.links
    browser.post(f"{page}/kod", status=303)
    assert not is_ended(database)


def test_receipt_of_somebody_else_opens_nothing(
    visma_app: Flask, holder: Open, database: Session, mail_server: MailServer
) -> None:
    page = her_page(holder(), mail_server)
    stranger = Browser.open(visma_app)
    stranger.get(page, 404)
    stranger.post(page, {"code": "222222"}, 404)
    stranger.post(f"{page}/kod", status=404)
    assert not is_ended(database)


@pytest.mark.usefixtures("half_past")
def test_code_goes_to_no_address_but_the_one_we_know_and_not_without_end(
    holder: Open, database: Session, mail_server: MailServer
) -> None:
    browser = holder()
    page = her_page(browser, mail_server)
    for _ in range(5):
        browser.post(f"{page}/kod", {"email": "mallory@example.com"}, 303)
    browser.post(f"{page}/kod", status=429)
    codes = select(Letter.recipient).where(Letter.kind == LetterKind.DISCONNECT_CODE)
    assert set(database.scalars(codes)) == {HER_MAIL}


def test_receipt_of_an_approval_that_another_has_replaced_ends_nothing(
    visma_app: Flask,
    visma: StandIn,
    holder: Open,
    member: Browser,
    database: Session,
    mail_server: MailServer,
) -> None:
    link = invite(visma_app, HERS, HER_NUMBER)
    Traveller.with_link(visma_app, visma, address(link)).go_straight().approve("Elsa Ensam")
    browser = holder()
    page = her_page(browser, mail_server)
    assert "Någon annan har förnyat" in browser.get(page, 200).words
    browser.post(f"{page}/kod", status=303)
    browser.post(page, {"code": "222222"}, 200)
    assert not is_ended(database)


def test_no_page_costs_more_than_four_statements(
    visma_app: Flask,
    holder: Open,
    member: Browser,
    database: Session,
    connection: Connection,
    mail_server: MailServer,
    visma: StandIn,
) -> None:
    admin = make_user("Adam Al", Role.ADMIN)
    database.add(admin)
    database.commit()
    hers, browser = her_page(holder(), mail_server), holder()
    pages = [
        (member, its_page(database, connection)),
        (browser, hers),
        (browser, hers.removesuffix("/koppla-fran")),
        (Browser.open(visma_app, admin), f"/admin/kopplingar/{connection.public_id}/koppla-fran"),
    ]
    for _ in range(2):  # while it lives, and after its end
        for reader, page in pages:
            with Statements(visma_app.extensions["engine"]) as sent:
                reader.get(page)
            assert len(sent) <= 4, (page, sent)
        member.post(pages[0][1], status=303)


def test_a_server_killed_while_the_provider_is_told_leaves_it_to_the_background(
    live: Wizard, visma_app: Flask, visma: StandIn, database: Session, connection: Connection
) -> None:
    user = make_user("Olga Ek", Role.MEMBER, database.get_one(Firm, connection.firm_id))
    database.add(user)
    database.commit()
    hers = requests.Session()
    sent = {"email": user.email, "password": PASSWORD}
    hers.post(f"{live.url}/logga-in", sent | token_on(hers, f"{live.url}/logga-in"))
    page = live.url + its_page(database, connection)
    fields = token_on(hers, page)
    visma.configure(token_latency_ms=0)
    visma.fail("revocation", "slow")
    with ThreadPoolExecutor(1) as pool:
        pressing = pool.submit(hers.post, page, fields)
        until(lambda: visma.counters().get("revocation"))
        live.kill()
        with suppress(requests.ConnectionError):
            pressing.result()
    assert is_ended(database)
    assert len(visma.grants()) == 1
    visma.heal()
    for _ in range(10):
        if visma.grants():
            make_grants_due(database)
            database.execute(
                text("update procrastinate.procrastinate_jobs set scheduled_at = now()")
            )
            database.commit()
            worker.work(visma_app, wait=False)
    assert visma.grants() == []
    assert grant_of(database, connections(database)[0]).revoked_at


def token_on(browser: requests.Session, page: str) -> dict[str, str]:
    """The token against forgery of a page's form."""
    text_there = browser.get(page).text
    return {"csrf_token": text_there.split('name="csrf_token" value="')[1].split('"')[0]}
