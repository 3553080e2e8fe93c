"""The receipt on the pages: mailed by itself or asked for, shown again, kept as a file, and ended by a code."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.client import Browser
from tests.support.mail_server import MailServer, secret_of, send_due, text_of
from tests.support.standin import StandIn
from tests.support.transactions import Statements
from tests.support.traveller import HERS, Traveller, connections, invite
from wizard.models import (
    Company,
    Connection,
    ConnectionStatus,
    Consent,
    Letter,
    LetterKind,
    now,
)
from wizard.services.connections.disconnection import disconnect
from wizard.services.consents.receipts import ASKED_FOR
from wizard.services.grants.revocation import GIVE_UP_AFTER
from wizard.services.invitations.mailing import mail_invitation
from wizard.services.outbox import Addressee
from wizard.services.upkeep.retention import RECEIPTS
from wizard.web.limits import RECEIPTS_AN_HOUR
from wizard.web.receipt.pdf import draw

HER_MAIL = "anna@example.com"
AT_VISMA = "vera.valja@example.com"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def visma_app(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application with the stand-in for its provider, and a mail server."""
    return make_app(**visma.settings, **mail_server.settings)


def mailed_link(app: Flask, mail_server: MailServer, to: str = HER_MAIL) -> str:
    """The path of a link that was mailed."""
    invite(app)
    with app.extensions["sessions"]() as session:
        company = session.scalars(select(Company)).one()
        mail_invitation(session, company, "visma", None, Addressee(to, "sv", "Anna Ek"), None)
    send_due(app)
    return secret_of(mail_server.to(to)[-1])


@pytest.fixture
def invited(visma_app: Flask, visma: StandIn, mail_server: MailServer) -> Traveller:
    """An approver whose link was mailed to her."""
    return Traveller.with_link(visma_app, visma, mailed_link(visma_app, mail_server))


def posted(database: Session) -> list[str]:
    """To whom receipts were put in the outbox, in their order."""
    database.rollback()
    sent = select(Letter.recipient).where(Letter.kind == LetterKind.RECEIPT).order_by(Letter.id)
    return list(database.scalars(sent))


def test_it_is_mailed_by_itself_and_what_became_of_it_is_said(
    invited: Traveller, database: Session, mail_server: MailServer
) -> None:
    page = invited.go_straight().approve()
    assert "Kvittot är på väg till a•••@example.com" in page.words
    assert HER_MAIL not in page.text
    assert "från verifikat A1 (5 januari 2025)" in page.words
    assert "Vart ska vi mejla kvittot?" not in page.words
    invited.get("klart", 200)
    assert posted(database) == [HER_MAIL]
    send_due(invited.app)
    assert "Kvittot mejlades till a•••@example.com" in invited.get("klart", 200).words
    letter = text_of(mail_server.to(HER_MAIL)[-1])
    assert HERS in letter
    assert "från verifikat A1 (5 januari 2025)" in letter.replace("\u00a0", " ")
    elsewhere = Browser.open(invited.app)
    link = secret_of(mail_server.to(HER_MAIL)[-1], "/kvitto/")
    opened = elsewhere.follow(elsewhere.follow(elsewhere.get(link, 303)))
    assert "Aktiv" in opened.words


def test_a_copied_link_asks_where_to_mail_it_and_offers_the_address_at_the_provider(
    approver: Traveller, database: Session, mail_server: MailServer
) -> None:
    page = approver.go_straight().approve()
    assert posted(database) == []
    assert "Vart ska vi mejla kvittot?" in page.words
    assert page.value("email") == AT_VISMA
    wrong = approver.mail_receipt("fel", 200)
    assert "Adressen stämmer inte" in wrong.words
    for _ in range(2):  # the second press is the same as the first
        after = approver.browser.follow(approver.mail_receipt("vera@example.com"))
        assert "Mejlet till vera@example.com är på väg" in after.words
    assert posted(database) == ["vera@example.com"]
    send_due(approver.app)
    assert "mejlades till v•••@example.com" in approver.get("klart", 200).words


def test_a_receipt_that_did_not_arrive_is_said_so_and_can_go_elsewhere(
    visma_app: Flask, visma: StandIn, mail_server: MailServer, database: Session
) -> None:
    approver = Traveller.with_link(visma_app, visma, mailed_link(visma_app, mail_server))
    approver.go_straight().approve()
    for recipient, said in (
        ("senare@example.com", "Mejlservern tar inte emot kvittot än"),
        ("ingen@example.com", "Mejlet till i•••@example.com kom inte fram"),
    ):
        database.execute(
            update(Letter)
            .where(Letter.kind == LetterKind.RECEIPT)
            .values(recipient=recipient, due_at=now())
        )
        database.commit()
        send_due(visma_app)
        assert said in approver.get("klart", 200).words
    approver.mail_receipt("hemma@example.com")
    assert posted(database)[-1] == "hemma@example.com"


def test_it_goes_to_the_colleague_who_took_over_and_not_to_the_first(
    invited: Traveller, database: Session, visma: StandIn, mail_server: MailServer
) -> None:
    sent = {"email": "bo@example.com", "signed": "Anna Ek", "go": "mail"}
    invited.go_straight().post("kollega", 303, **sent)
    send_due(invited.app)
    link = secret_of(mail_server.to("bo@example.com")[-1])
    page = Traveller.with_link(invited.app, visma, link).go_straight().approve("Elsa Ensam")
    assert "b•••@example.com" in page.words
    assert posted(database) == ["bo@example.com"]


def test_each_renewal_has_a_receipt_of_its_own_and_the_earlier_says_so(
    invited: Traveller, database: Session, visma: StandIn, mail_server: MailServer
) -> None:
    invited.go_straight().approve()
    first = invited.receipt()
    again = Traveller.with_link(
        invited.app, visma, mailed_link(invited.app, mail_server, "bo@example.com")
    )
    again.go_straight().approve("Elsa Ensam")
    assert posted(database) == [HER_MAIL, "bo@example.com"]
    assert again.receipt() != first
    page = invited.browser.get(first, 200)
    assert "Någon annan förnyade den" in page.words
    assert f"{first}/koppla-fran" not in page.links
    third = Traveller.with_link(
        invited.app, visma, mailed_link(invited.app, mail_server, "bo@example.com")
    )
    third.go_straight().approve("Elsa Ensam")
    assert "Du förnyade den" in again.browser.get(again_first := again.receipt(), 200).words
    assert f"{again_first}/koppla-fran" in again.browser.get(again_first, 200).links


def test_a_letter_after_anothers_renewal_does_not_say_how_to_end_it(
    invited: Traveller, visma: StandIn, mail_server: MailServer
) -> None:
    invited.go_straight().approve()
    link = mailed_link(invited.app, mail_server, "bo@example.com")
    Traveller.with_link(invited.app, visma, link).go_straight().approve("Elsa Ensam")
    invited.browser.post(f"{invited.receipt()}/mejla", {}, 303)
    send_due(invited.app)
    hers, his = (text_of(mail_server.to(who)[-1]) for who in (HER_MAIL, "bo@example.com"))
    assert "Någon annan har förnyat kopplingen" in hers
    assert "Så tar du tillbaka" not in hers
    assert "Så tar du tillbaka" not in invited.browser.get(invited.receipt(), 200).words
    assert "Så tar du tillbaka" in his


def test_the_finished_link_shows_the_receipt_where_it_was_approved_and_status_elsewhere(
    invited: Traveller, visma: StandIn, database: Session
) -> None:
    invited.go_straight().approve()
    receipt = invited.receipt()
    page = invited.open()
    assert receipt in page.links
    assert "Visa kvittot" in page.words
    assert "”Koppla från”" in page.words
    other = Traveller.with_link(invited.app, visma, invited.link)
    page = other.open()
    for said in (HERS, "Aktiv", "Senast läst", "Mejla kvittot"):
        assert said in page.words
    for hidden in (receipt, HER_MAIL, "a•••", AT_VISMA, "Vera Välja", "Visa kvittot"):
        assert hidden not in page.text
    for path in (receipt, f"{receipt}/pdf", f"{receipt}/koppla-fran"):
        other.browser.get(path, 404)


@pytest.mark.usefixtures("half_past")
def test_the_known_address_is_mailed_from_anywhere_with_one_answer_and_not_without_end(
    approver: Traveller, visma: StandIn, database: Session
) -> None:
    approver.go_straight().approve()
    other = Traveller.with_link(approver.app, visma, approver.link)

    def ask() -> str:
        page = other.follow(other.post("mejla-kvittot", 303))
        assert "example.com" not in page.text.replace("britta@example.com", "")
        return page.words

    known = ask()
    assert posted(database) == [AT_VISMA]
    database.execute(update(Consent).values(approver_email=None))
    database.execute(update(Letter).where(Letter.kind == LetterKind.RECEIPT).values(recipient=""))
    database.commit()
    assert ask() == known
    for _ in range(RECEIPTS_AN_HOUR - 2):
        ask()
    other.post("mejla-kvittot", 429)
    assert posted(database) == [""]


def test_a_day_later_only_the_known_address_is_offered_and_the_receipt_is_the_page(
    invited: Traveller, database: Session
) -> None:
    invited.go_straight().approve()
    send_due(invited.app)
    receipt = invited.receipt()
    with time_machine.travel(now() + ASKED_FOR + timedelta(minutes=1)):
        assert invited.get("klart", 303).location == receipt
        page = invited.browser.get(receipt, 200)
        assert "Mejla kvittot till a•••@example.com" in page.words
        assert "annan adress" not in page.words
        invited.browser.post(f"{receipt}/mejla", {"email": "mallory@example.com"}, 303)
    assert set(posted(database)) == {HER_MAIL}


def code_in(mail_server: MailServer, to: str) -> str:
    lines = text_of(mail_server.to(to)[-1]).splitlines()
    return next(line.strip() for line in lines if line.startswith("  "))


def test_ending_asks_for_the_mailed_code_also_where_it_was_approved(
    invited: Traveller, database: Session, mail_server: MailServer
) -> None:
    invited.go_straight().approve()
    send_due(invited.app)
    page = f"{invited.receipt()}/koppla-fran"
    invited.browser.post(page, {"code": ""}, 200)
    invited.browser.post(f"{page}/kod", status=303)
    send_due(invited.app)
    shown = invited.browser.get(page, 200)
    for named in ("Kod i telefon:", "Engångskoden från mejlet"):  # two codes, told apart
        assert named in shown.words
    assert not re.search("Kod [A-Z0-9]{6}", shown.words)
    assert connections(database)[0].is_living
    invited.browser.post(page, {"code": code_in(mail_server, HER_MAIL)}, 303)
    assert not connections(database)[0].is_living
    assert "Kopplingen är avslutad" in invited.browser.get(page, 200).heading
    assert "Frånkopplad" in invited.browser.get(invited.receipt(), 200).words


@pytest.mark.parametrize(
    ("status", "said", "not_said"),
    [
        (ConnectionStatus.RENEWAL_NEEDED, "Be Britta Berg om en länk", "Klart"),
        (ConnectionStatus.DISTURBED, "Vi försöker igen av oss själva", "Klart"),
    ],
)
def test_the_receipt_and_its_letter_tell_how_it_is_now(
    invited: Traveller,
    database: Session,
    mail_server: MailServer,
    status: ConnectionStatus,
    said: str,
    not_said: str,
) -> None:
    invited.go_straight().approve()
    database.execute(update(Connection).values(status=status, status_since=now()))
    database.commit()
    page = invited.follow(invited.get("klart"))
    assert said in page.words
    assert not_said not in page.words
    send_due(invited.app)
    assert "fungerar" not in text_of(mail_server.to(HER_MAIL)[-1])


def test_a_receipt_mailed_after_the_end_does_not_say_that_it_works(
    invited: Traveller, database: Session, mail_server: MailServer
) -> None:
    invited.go_straight().approve()
    disconnect(database, connections(database)[0])
    send_due(invited.app)
    letter = next(one for one in mail_server.to(HER_MAIL) if "var kopplat" in str(one["Subject"]))
    assert "avslutades" in text_of(letter)
    assert "Så tar du tillbaka" not in text_of(letter)


def test_the_pdf_is_tagged_and_says_what_the_page_says(invited: Traveller) -> None:
    invited.go_straight().approve()
    receipt = invited.receipt()
    page = invited.browser.get(receipt, 200)
    answer = invited.browser.client.get(f"{receipt}/pdf")
    assert answer.mimetype == "application/pdf"
    assert f"kvitto-{receipt.rsplit('/', 1)[1]}.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    pdf = PdfReader(BytesIO(answer.data))
    root = pdf.root_object
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]) == "sv"
    assert pdf.metadata
    assert pdf.metadata.title == "Kvitto på kopplingen"
    words = " ".join(" ".join(one.extract_text() for one in pdf.pages).split())
    for said in (
        HERS,
        "Aktiv (",  # with the moment: paper stays as it was
        "559900-1079",
        "Vera Välja",
        "Aktiv",
        "Får läsa",
        "Så löd texten",
        "Britta Berg",
    ):
        assert said in words
        assert said in page.words


@pytest.mark.parametrize("name", ["Åsa & Örn ”Š Ω Ж” <b> #let $x$ AB", "日本 😀 AB"])
def test_the_pdf_takes_any_name(app: Flask, name: str) -> None:
    page = f"<h1>Kvitto</h1><dl><dt>Företag</dt><dd>{name.replace('<b>', '&lt;b&gt;')}</dd></dl>"
    with app.test_request_context():
        words = PdfReader(BytesIO(draw(page))).pages[0].extract_text()
    if name.startswith("Å"):
        assert name in words


def test_no_page_of_it_costs_more_than_four_statements(
    invited: Traveller, database: Session, visma: StandIn
) -> None:
    invited.go_straight().approve()
    receipt = invited.receipt()
    other = Traveller.with_link(invited.app, visma, invited.link)

    def cost(browser: Browser, path: str) -> None:
        with Statements(invited.app.extensions["engine"]) as sent:
            browser.get(path, 200)
        assert len(sent) <= 4, (path, sent)

    for _ in range(2):  # while it lives, and after its end
        cost(invited.browser, receipt)
        cost(invited.browser, f"{invited.at}/")
        cost(other.browser, f"{other.at}/")
        if connections(database)[0].is_living:
            cost(invited.browser, f"{invited.at}/klart")
        disconnect(database, connections(database)[0])


def test_what_is_said_of_times_is_what_is_done() -> None:
    assert timedelta(days=7) == GIVE_UP_AFTER  # "i upp till en vecka"
    assert RECEIPTS // timedelta(days=365) == 8  # "i åtta år till"
