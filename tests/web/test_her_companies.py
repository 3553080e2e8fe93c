"""Dina företag: one link to all that waits for a person, each company walked and checked by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import make_firm
from tests.support.client import Browser, Page
from tests.support.mail_server import MailServer, secret_of, send_due
from tests.support.several import KONSULT, ask_about
from tests.support.standin import StandIn
from tests.support.tables import number
from tests.support.transactions import Statements
from tests.support.traveller import OURS
from wizard.models import (
    Authorization,
    Connection,
    Consent,
    ContactKey,
    Invitation,
    InvitationKey,
    Letter,
    now,
)
from wizard.services.invitations import contact_keys, lifecycle

KLARA = "Klara Konsult"
RIGHT = [
    ("Annat Bolag AB", "5599001210"),
    ("Gamla Bolaget AB", "5599001145"),
    ("Norrtälje Bokbinderi AB", "5599001079"),
]
Asked = Callable[[list[tuple[str, str]]], str]


@pytest.fixture
def app(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application, with the stand-in and a mail server."""
    return make_app(**visma.settings, **mail_server.settings)


@pytest.fixture
def asked(app: Flask, session: Session, mail_server: MailServer) -> Asked:
    """Asks Karin about companies of one firm, and mails her: `asked([(name, number)])`; the link in the mail."""
    firm = make_firm("Byrån AB")
    session.add(firm)
    session.commit()

    def ask(names: list[tuple[str, str]]) -> str:
        ask_about(session, firm, names)
        mail_server.letters.clear()
        mail_server.envelopes.clear()
        send_due(app)
        (letter,) = mail_server.to(KONSULT.email)
        return secret_of(letter)

    return ask


@dataclass
class Reader:
    """Somebody with a browser: ``at`` is the path of the page she is on."""

    browser: Browser
    at: str = ""

    @classmethod
    def new(cls, app: Flask) -> Self:
        """In a new browser."""
        return cls(Browser.open(app))

    def open(self, path: str) -> Page:
        """The page that an address leads to."""
        self.at = path
        page = self.browser.get(path)
        while page.status in {302, 303}:
            self.at = page.goes_to
            page = self.browser.follow(page)
        return page

    def walk(self, visma: StandIn, company: str) -> Page:
        """From its first page through one company in the shortest way, signed in at Visma since the first."""
        start = self.at.removesuffix("valkommen")
        self.browser.post(self.at, {"go": "express"}, 303)
        address = self.browser.get(f"{start}till-inloggning", 303).location
        back = visma.approve(address, KLARA, company, remember=True)
        return self.open(back.removeprefix(OURS))


def next_one(page: Page) -> str:
    """The way of the page's main button: the company to go on with."""
    assert page.tree is not None
    buttons = [one for one in page.tree.iter("a") if one.get("class") == "button"]
    (button,) = [one for one in buttons if (one.get("href") or "").startswith("/koppla/")]
    return str(button.get("href"))


def test_the_link_takes_its_secret_out_of_the_address_and_works_again(
    app: Flask, asked: Asked, session: Session
) -> None:
    link = asked(RIGHT)
    page = Browser.open(app).get(link, 303)
    public_id = session.scalars(select(ContactKey.public_id)).one()
    assert page.goes_to == f"/dina-foretag/{public_id}"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    phone = Reader.new(app)
    assert phone.open(link).heading == phone.open(f"{link}.").heading == "Dina företag"
    assert phone.browser.get(f"/dina-foretag/{public_id}", 200).headers["X-Robots-Tag"] == "noindex"


def test_nobody_without_the_link_sees_whether_there_is_a_list(
    app: Flask, asked: Asked, session: Session
) -> None:
    asked(RIGHT)
    public_id = session.scalars(select(ContactKey.public_id)).one()
    hers = session.scalars(select(Invitation.public_id).limit(1)).one()
    stranger = Reader.new(app)
    closed = stranger.browser.get("/dina-foretag/finnsinte", 404).words
    assert stranger.browser.get(f"/dina-foretag/{public_id}", 404).words == closed
    assert stranger.browser.get(f"/koppla/{hers}/valkommen", 404).words == closed


def test_a_scanner_that_follows_it_changes_nothing(
    app: Flask, asked: Asked, session: Session
) -> None:
    link, scanner = asked(RIGHT), Reader.new(app)
    page = scanner.open(link)
    for way in page.links:
        if way.startswith("/koppla/"):
            scanner.open(way)
    scanner.browser.client.head(link)
    seen = select(func.count()).where(InvitationKey.last_seen_at.is_not(None))
    assert session.scalar(seen) == 0
    assert session.scalar(select(func.count(Authorization.id))) == 0


def test_all_are_walked_one_after_another_signed_in_at_visma_once(
    app: Flask, asked: Asked, session: Session, visma: StandIn
) -> None:
    reader, link = Reader.new(app), asked(RIGHT)
    page = reader.open(link)
    assert "Börja med Annat Bolag AB" in page.words
    for at, (name, _) in enumerate(RIGHT, start=1):
        welcome = reader.open(next_one(page))
        assert name in welcome.words  # the expected company is named before
        page = reader.walk(visma, name)
        assert "Klart" in page.heading
        assert f"{at} av 3 är klara" in page.words
    assert "Fortsätt med nästa" not in page.words
    assert visma.counters()["logged_in"] == 1
    session.expire_all()
    assert session.scalar(select(func.count(Connection.id))) == 3
    assert session.scalar(select(func.count(Consent.id))) == 3
    consents = session.scalars(select(Consent.company_name).order_by(Consent.id)).all()
    assert consents == [name for name, _ in RIGHT]
    listed = reader.open(link)
    assert "Du har inget mer att godkänna." in listed.words
    assert "3 av 3 är klara" in listed.words


def test_the_company_is_chosen_anew_each_time_and_a_wrong_one_stops_that_trip_alone(
    app: Flask, asked: Asked, session: Session, visma: StandIn
) -> None:
    reader, link = Reader.new(app), asked(RIGHT)
    reader.open(next_one(reader.open(link)))
    page = reader.walk(visma, "Gamla Bolaget AB")
    assert page.heading == "Ett annat företag valdes i Visma"
    assert "Fortsätt med nästa: Gamla Bolaget AB" in page.words
    listed = reader.open(link)
    assert "Ett annat företag valdes i Visma" in listed.words
    assert "Fortsätt med nästa: Gamla Bolaget AB" in listed.words  # who was stopped comes last
    assert session.scalar(select(func.count(Connection.id))) == 0


def test_she_stops_and_goes_on_another_day_in_another_browser(
    app: Flask, asked: Asked, visma: StandIn
) -> None:
    link, today = asked(RIGHT), Reader.new(app)
    today.open(next_one(today.open(link)))
    today.walk(visma, RIGHT[0][0])
    today.open(next_one(today.open(link)))
    today.browser.post(today.at, {"go": "start"}, 303)
    with time_machine.travel(now() + timedelta(days=3), tick=True):
        later = Reader.new(app)
        page = later.open(link)
        assert "1 av 3 är klara" in page.words
        assert "Påbörjat: steg 2 av 5" in page.words
        later.open(next_one(page))
        assert later.at.endswith("/behorighet")


def test_handing_over_one_company_opens_that_one_alone(
    app: Flask, asked: Asked, session: Session, mail_server: MailServer
) -> None:
    reader, link = Reader.new(app), asked(RIGHT)
    reader.open(next_one(reader.open(link)))
    at = reader.at.removesuffix("valkommen")
    form = {"go": "mail", "email": "bo@konsult.example", "signed": "Karin"}
    reader.browser.post(f"{at}kollega", form, 303)
    send_due(app)
    (letter,) = mail_server.to("bo@konsult.example")
    bo = Reader.new(app)
    page = bo.open(secret_of(letter))
    assert bo.at == f"{at}valkommen"
    assert "Dina företag" not in page.words
    others = session.scalars(select(Invitation.public_id).order_by(Invitation.id.desc()))
    assert [bo.browser.get(f"/koppla/{other}/valkommen").status for other in others] == [
        404,
        404,
        200,
    ]


def test_what_has_ended_is_not_possible_any_more_and_says_where_to_ask(
    app: Flask, asked: Asked, session: Session
) -> None:
    reader, link = Reader.new(app), asked(RIGHT)
    gone = session.scalars(select(Invitation).order_by(Invitation.id).limit(1)).one()
    lifecycle.withdraw(session, gone, None)
    page = reader.open(link)
    assert "Går inte längre" in page.words
    assert "Återkallad" in page.words
    ended = reader.open(f"/koppla/{gone.public_id}/")
    assert ended.status == 410
    assert "Fortsätt med nästa" in ended.words


def test_a_key_whose_mail_did_not_arrive_opens_nothing(
    app: Flask, asked: Asked, session: Session
) -> None:
    link, reader = asked(RIGHT), Reader.new(app)
    reader.open(link)
    letters = session.scalars(select(Letter).where(Letter.tries > 0)).all()
    contact_keys.end(session, letters)
    session.commit()
    assert Reader.new(app).open(link).status == 404
    hers = session.scalars(select(Invitation.public_id).limit(1)).one()
    assert reader.browser.get(f"/koppla/{hers}/valkommen").status == 404


def test_a_link_to_one_company_shows_no_list(app: Flask, asked: Asked) -> None:
    reader = Reader.new(app)
    page = reader.open(asked(RIGHT[:1]))
    assert reader.at.endswith("/valkommen")
    assert "Dina företag" not in page.words


def test_the_list_of_many_takes_as_many_statements_as_of_few(app: Flask, asked: Asked) -> None:
    sent = []
    for names in (RIGHT, [(f"Bolag {at} AB", number(at)) for at in range(40)]):
        reader, link = Reader.new(app), asked(names)
        reader.open(link)
        with Statements(app.extensions["engine"]) as statements:
            reader.browser.get(reader.at, 200)
        sent.append(len(statements))
    assert sent[0] == sent[1]


def test_the_language_of_the_mail_is_that_of_the_list(
    app: Flask, asked: Asked, session: Session
) -> None:
    link, reader = asked(RIGHT), Reader.new(app)
    for letter in session.scalars(select(Letter)):
        letter.language = "en"
    session.commit()
    page = reader.open(link)
    assert page.heading == "Your companies"
    assert "Begin with Annat Bolag AB" in page.words
    assert reader.open(next_one(page)).heading.startswith("May Byrån AB read")
