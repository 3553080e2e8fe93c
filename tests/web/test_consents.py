"""Mina medgivanden: a link by mail to all that an address has approved, and ending any of it by a code."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.connections import make_connection
from tests.support.consents import consent_for
from tests.support.mail_server import MailServer, secret_of, send_due, text_of
from tests.support.transactions import Statements
from wizard.models import (
    Company,
    Connection,
    Consent,
    ConsentsKey,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    now,
)
from wizard.services.contacts import contact_at
from wizard.services.crypto.digests import digest
from wizard.services.invitations import lifecycle
from wizard.web.limits import CONSENTS_ASKED_AN_HOUR, CONSENTS_LETTERS_AN_HOUR

HERS = "anna@example.com"
ASK, ALL = "/mina-medgivanden", "/mina-medgivanden/alla"
pytestmark = pytest.mark.usefixtures("half_past")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application with a mail server."""
    return make_app(**mail_server.settings)


def approved(session: Session, company: Company, email: str | None, **changes: object) -> Consent:
    """What this address has approved for a company."""
    link = lifecycle.activate(session, company, "visma", None, KeyPurpose.COPIED)
    connection = make_connection(session, link, approver_email=email)
    named = {
        "firm_name": company.firm.name,
        "company_name": company.name,
        "wording": "2026-11/sv",
        **changes,
    }
    made = consent_for(session, link.invitation.id, connection.id, approver_email=email, **named)
    session.commit()
    return made


@pytest.fixture
def consents(session: Session, cast: Cast) -> list[Consent]:
    """Of one address at two firms, and of another's."""
    return [
        approved(session, cast.company, HERS),
        approved(session, cast.other_company, "Anna@Example.com"),
    ]


def ask(browser: Browser, email: str, status: int = 303) -> Page:
    """Ask for the link, with the form of the page."""
    return browser.post(ASK, {"email": email}, status)


def arrive(app: Flask, mail_server: MailServer, browser: Browser) -> Page:
    """Ask, and open the link of the mail."""
    ask(browser, HERS)
    send_due(app)
    link = secret_of(mail_server.to(HERS)[-1], "/medgivanden/")
    return browser.follow(browser.follow(browser.get(link, 303)))


def test_it_lists_what_one_address_has_approved_at_all_firms(
    app: Flask, mail_server: MailServer, session: Session, cast: Cast, consents: list[Consent]
) -> None:
    browser = Browser.open(app)
    page = arrive(app, mail_server, browser)
    for consent in consents:
        assert consent.company_name in page.words
        assert consent.firm_name in page.words
        assert f"/kvitto/nr/{consent.public_id}" in page.links
        receipt = browser.get(f"/kvitto/nr/{consent.public_id}", 200)
        assert consent.public_id in receipt.words
    assert page.words.count("Aktiv") == 2


def test_the_link_is_opened_by_a_get_that_writes_nothing_and_is_kept_as_a_hash(
    app: Flask, mail_server: MailServer, session: Session, consents: list[Consent]
) -> None:
    assert consents
    browser = Browser.open(app)
    ask(browser, HERS)
    send_due(app)
    link = secret_of(mail_server.to(HERS)[-1], "/medgivanden/")
    secret = link.rpartition("/")[2]
    with Statements(app.extensions["engine"]) as statements:
        browser.get(link, 303)
    assert not [one for one in statements if not one.lower().startswith("select")]
    keys = session.scalars(select(ConsentsKey)).all()
    assert [key.secret_hash for key in keys] == [digest(secret)]


def test_an_address_that_approved_nothing_is_answered_alike_and_gets_no_mail(
    app: Flask, mail_server: MailServer, session: Session, consents: list[Consent]
) -> None:
    assert consents
    said = []
    for email in (HERS, "ingen.alls@example.org"):
        browser = Browser.open(app)
        answer = ask(browser, email)
        said.append((answer.status, answer.location, browser.follow(answer).words))
    assert said[0] == said[1]
    send_due(app)
    assert [each["To"] for each in mail_server.letters] == [HERS]
    unknown = session.scalars(select(Letter).where(Letter.status == LetterStatus.CANCELLED)).one()
    assert (unknown.kind, unknown.recipient) == (LetterKind.CONSENTS_LINK, "")
    assert unknown.contact_id is None


def test_what_another_approved_is_neither_listed_nor_opened(
    app: Flask, mail_server: MailServer, session: Session, cast: Cast, consents: list[Consent]
) -> None:
    assert consents
    company = Company(firm=cast.firm, name="Bos AB", organisation_number="5566778899")
    session.add(company)
    others = approved(session, company, "bo@example.com")
    browser = Browser.open(app)
    page = arrive(app, mail_server, browser)
    assert "Bos AB" not in page.words
    for path in ("", "/last", "/koppla-fran", "/pdf"):
        browser.get(f"/kvitto/nr/{others.public_id}{path}", 404)


def test_whose_link_was_used_sees_it_though_the_provider_names_another(
    app: Flask, mail_server: MailServer, session: Session, cast: Cast
) -> None:
    made = approved(session, cast.company, None)
    contact = contact_at(session, cast.firm.id, HERS, name="Anna", language="sv")
    made.contact_id = contact.id
    session.commit()
    page = arrive(app, mail_server, Browser.open(app))
    assert cast.company.name in page.words


def test_the_link_works_for_an_hour_and_until_another_is_mailed(
    app: Flask, mail_server: MailServer, consents: list[Consent]
) -> None:
    browser, receipt = Browser.open(app), f"/kvitto/nr/{consents[0].public_id}"
    arrive(app, mail_server, browser)
    first = secret_of(mail_server.to(HERS)[-1], "/medgivanden/")
    other = Browser.open(app)
    arrive(app, mail_server, other)
    for path in (first, ALL, receipt):
        browser.get(path, 404)
    other.get(receipt, 200)
    second = secret_of(mail_server.to(HERS)[-1], "/medgivanden/")
    with time_machine.travel(now() + timedelta(minutes=61)):
        for path in (second, ALL, receipt):
            other.get(path, 404)


def test_any_of_it_is_ended_by_a_code_that_goes_to_the_same_address(
    app: Flask, mail_server: MailServer, session: Session, consents: list[Consent]
) -> None:
    browser, at = Browser.open(app), f"/kvitto/nr/{consents[0].public_id}/koppla-fran"
    page = arrive(app, mail_server, browser)
    assert at in page.links
    assert "a•••@example.com" in browser.get(at, 200).words
    browser.post(f"{at}/kod", {}, 303)
    send_due(app)
    letter = text_of(mail_server.to(HERS)[-1])
    code = next(line.strip() for line in letter.splitlines() if len(line.strip()) == 6)
    browser.post(at, {"code": code}, 303)
    session.expire_all()
    assert not session.get_one(Connection, consents[0].connection_id).is_living
    after = browser.get(ALL, 200)
    assert at not in after.links
    assert "Frånkopplad" in after.words


def test_what_somebody_else_renewed_is_said_and_not_to_be_ended(
    app: Flask, mail_server: MailServer, session: Session, consents: list[Consent]
) -> None:
    authorized = consents[0].connection.invitation_id
    consent_for(session, authorized, consents[0].connection_id, approver_email="bo@example.com")
    session.commit()
    page = arrive(app, mail_server, Browser.open(app))
    assert "Någon annan har förnyat den" in page.words
    assert f"/kvitto/nr/{consents[0].public_id}/koppla-fran" not in page.links


def test_few_letters_go_to_one_address_and_few_questions_come_from_one_network(
    app: Flask, mail_server: MailServer, consents: list[Consent]
) -> None:
    assert consents
    browser = Browser.open(app)
    for _ in range(CONSENTS_ASKED_AN_HOUR):
        ask(browser, HERS)
    ask(browser, HERS, 429)
    send_due(app)
    assert len(mail_server.to(HERS)) == CONSENTS_LETTERS_AN_HOUR


def test_it_speaks_the_language_of_its_letter(
    app: Flask, mail_server: MailServer, consents: list[Consent]
) -> None:
    assert consents
    browser = Browser.open(app)
    browser.get("/sprak/en", None)
    ask(browser, HERS)
    send_due(app)
    letter = mail_server.to(HERS)[-1]
    assert letter["Subject"] == "Your consents in Kopplingsguiden"
    elsewhere = Browser.open(app)
    page = elsewhere.follow(
        elsewhere.follow(elsewhere.get(secret_of(letter, "/medgivanden/"), 303))
    )
    assert page.heading == "My consents"


def test_the_list_takes_as_few_statements_for_many(
    app: Flask, mail_server: MailServer, session: Session, cast: Cast, consents: list[Consent]
) -> None:
    assert consents
    browser = Browser.open(app)
    arrive(app, mail_server, browser)
    for number in range(5):
        company = Company(
            firm=cast.firm, name=f"Bolag {number}", organisation_number=f"556677{number}001"
        )
        session.add(company)
        approved(session, company, HERS)
    with Statements(app.extensions["engine"]) as statements:
        browser.get(ALL, 200)
    assert len(statements) <= 4


def test_without_a_mail_server_it_is_not_offered(make_app: Callable[..., Flask]) -> None:
    browser = Browser.open(make_app())
    assert ASK not in browser.get("/", 200).links
    browser.get(ASK, 404)
