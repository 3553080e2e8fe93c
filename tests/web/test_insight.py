"""What was read by a receipt's permission, for its reader; and her question to the firm about it."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import make_user
from tests.support.client import Browser, Page
from tests.support.mail_server import MailServer, send_due, text_of
from tests.support.standin import StandIn
from tests.support.transactions import Statements
from tests.support.traveller import HERS, Traveller
from wizard.models import Company, Connection, EventKind, Firm, Role, User, now
from wizard.services.history import record

AT_VISMA = "vera.valja@example.com"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def visma_app(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application with the stand-in for its provider, and a mail server."""
    return make_app(**visma.settings, **mail_server.settings)


def ask_more(browser: Browser, receipt: str, words: str, status: int = 303) -> Page:
    """Ask the firm to tell more of what it has read."""
    return browser.post(f"{receipt}/fraga", {"words": words}, status)


def opened_by(session: Session, staff: User, label: str, *, days: int = 0) -> None:
    """An opening of a document by this member, so many days from now."""
    connection = session.scalars(select(Connection)).one()
    kind = EventKind.DOCUMENT_OPENED
    event = record(session, kind, connection=connection, staff=staff, note=label)
    event.at = now() + timedelta(days=days)
    session.commit()


def test_it_shows_what_was_opened_by_whom_and_of_which_firm(
    approver: Traveller, database: Session
) -> None:
    approver.go_straight().approve()
    receipt = approver.receipt()
    page = approver.browser.get(receipt, 200)
    assert f"{receipt}/last" in page.links
    empty = approver.browser.get(f"{receipt}/last", 200)
    assert "Ingen har öppnat något dokument" in empty.words
    firm = database.scalars(select(Firm)).one()
    member = make_user("Olga Ek", Role.MEMBER, firm)
    support = make_user("Siv Support", Role.SUPPORT, None)
    database.add_all([member, support])
    database.commit()
    opened_by(database, member, "A12 (5 januari 2025)")
    opened_by(database, support, "A13")
    with Statements(approver.app.extensions["engine"]) as statements:
        shown = approver.browser.get(f"{receipt}/last", 200)
    assert len(statements) <= 4
    assert (
        f"Ett dokument till verifikat A12 (5 januari 2025), av Olga Ek, {firm.name}" in shown.words
    )
    assert "av Siv Support, som sköter Kopplingsguiden" in shown.words
    assert "Öppnade dokument2" in shown.words.replace(" 2", "2")


def test_what_was_read_is_shown_to_nobody_without_the_receipt(
    approver: Traveller, visma: StandIn
) -> None:
    approver.go_straight().approve()
    receipt = approver.receipt()
    other = Traveller.with_link(approver.app, visma, approver.link)
    other.browser.get(f"{receipt}/last", 404)
    ask_more(other.browser, receipt, "Vad?", 404)


def test_a_question_is_mailed_once_and_stands_on_the_company_page(
    approver: Traveller, database: Session, mail_server: MailServer
) -> None:
    approver.go_straight().approve()
    receipt = approver.receipt()
    after = approver.browser.follow(ask_more(approver.browser, receipt, "Varför öppnades A12?"))
    assert "Din fråga är på väg" in after.words
    assert f"{receipt}/fraga" not in after.actions
    assert "Du kan fråga igen från och med" in after.words
    again = approver.browser.follow(ask_more(approver.browser, receipt, "En gång till"))
    assert "Du har redan frågat" in again.words
    send_due(approver.app)
    letters = [each for each in mail_server.letters if "vill veta mer" in each["Subject"]]
    assert len(letters) == 1
    told = text_of(letters[0])
    for said in ("Varför öppnades A12?", HERS, "Vera Välja", AT_VISMA):
        assert said in told
    company = database.scalars(select(Company)).one()
    admin = make_user("Ada", Role.ADMIN, None)
    database.add(admin)
    database.commit()
    page = Browser.open(approver.app, admin).get(f"/foretag/{company.public_id}", 200)
    assert page.words.count("Varför öppnades A12?") == 2  # told on top, and in the history
    with time_machine.travel(now() + timedelta(days=31)):
        later = Browser.open(approver.app, admin).get(f"/foretag/{company.public_id}", 200)
        assert later.words.count("Varför öppnades A12?") == 1


@pytest.mark.parametrize("words", ["Se evil.app/skatt", "x" * 301])
def test_a_question_holds_no_link_and_is_short(approver: Traveller, words: str) -> None:
    approver.go_straight().approve()
    page = ask_more(approver.browser, approver.receipt(), words, 200)
    assert "Något behöver rättas" in page.words or "Fel:" in page.text
