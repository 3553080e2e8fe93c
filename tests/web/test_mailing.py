"""Mail on the pages: sent as previewed, handed over, asked for again, and absent without a mail server."""

import json
import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.mail_server import (
    MailServer,
    html_of,
    secret_of,
    text_of,
)
from tests.support.pages import parse
from tests.support.standin import StandIn
from tests.support.traveller import (
    HERS,
    Traveller,
    address,
    invite,
)
from wizard.jobs.worker import work
from wizard.models import (
    Company,
    Consent,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    Letter,
    LetterKind,
    User,
)
from wizard.services.invitations import mailing

Open = Callable[..., Browser]
FILLED = {"email": "anna@example.com", "name": "Anna", "words": "Hej <du>!", "language": "sv"}


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    return make_app(**mail_server.settings)


@pytest.fixture
def card(cast: Cast) -> str:
    return f"/foretag/{cast.company.public_id}/ladda-upp-data"


@pytest.fixture
def visma_app(make_app: Callable[..., Flask], visma: StandIn, mail_server: MailServer) -> Flask:
    """The application with the stand-in for its provider, and a mail server."""
    return make_app(
        **visma.settings,
        **mail_server.settings,
    )


def words_of(tree: Element) -> str:
    """What a letter says, on the preview or as it came, spaces made one."""
    letter = next(part for part in tree.iter("div") if part.get("class") == "l-sheet")
    return " ".join("".join(letter.itertext()).split())


def letters_waiting(session: Session, kind: LetterKind) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Letter.kind == kind)) or 0


def test_the_preview_shows_what_is_then_sent_without_a_link_that_works(
    app: Flask, browser: Open, cast: Cast, card: str, session: Session, mail_server: MailServer
) -> None:
    owner = browser(cast.owner)
    preview = owner.post(f"{card}/skicka", {**FILLED, "go": "preview"}, 200)
    assert "/k/" not in " ".join(preview.links)
    assert session.scalar(select(func.count(InvitationKey.id))) == 0
    assert session.scalar(select(func.count(Invitation.id))) == 0
    owner.post(f"{card}/skicka", {**FILLED, "go": "send"}, 303)
    work(app, wait=False)
    (letter,) = mail_server.to("anna@example.com")
    code = session.scalars(select(Invitation.code)).one().upper()
    assert str(letter["Subject"]) in preview.words
    assert letter["From"].addresses[0].display_name in preview.words
    sent = words_of(parse(html_of(letter))).replace(code, "······")
    only_with_a_link = (
        f"Fungerar inte knappen? Kopiera adressen: http://localhost{secret_of(letter)} "
    )
    assert preview.tree is not None
    assert words_of(preview.tree) == sent.replace(only_with_a_link, "")


def test_send_is_seen_on_the_card_and_reminders_can_be_paused(
    app: Flask, browser: Open, cast: Cast, card: str, session: Session
) -> None:
    owner = browser(cast.owner)
    page = owner.follow(owner.post(f"{card}/skicka", {**FILLED, "go": "send"}, 303))
    assert "anna@example.com" in page.words
    work(app, wait=False)
    page = owner.get(card, 200)
    assert "Skickad" in page.words
    assert "Påminnelser är planerade" in page.words
    page = owner.follow(owner.post(f"{card}/paminnelser", {"go": "pause"}, 303))
    assert "pausade" in page.words
    owner.follow(owner.post(f"{card}/paminnelser", {"go": "resume"}, 303))
    kinds = select(Event.kind).order_by(Event.id.desc()).limit(2)
    assert session.scalars(kinds).all() == [
        EventKind.REMINDERS_RESUMED,
        EventKind.REMINDERS_PAUSED,
    ]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("email", ""),
        ("email", "anna"),
        ("email", "anna@example.com\r\nBcc: alla@example.com"),
        ("email", "a@b.se, c@d.se"),
        ("name", "http://ond.example"),
        ("words", "Gå till www.ond.example"),
        ("words", "x" * 301),
        ("language", "de"),
    ],
)
def test_send_refuses_what_no_letter_may_hold_and_loses_nothing(
    browser: Open, cast: Cast, card: str, session: Session, field: str, text: str
) -> None:
    page = browser(cast.owner).post(f"{card}/skicka", {**FILLED, field: text, "go": "send"}, 200)
    assert page.tree is not None
    assert (page.tree.findtext("head/title") or "").strip().startswith("Fel:")
    assert "Hej &lt;du&gt;!" in page.text or field == "words"
    assert letters_waiting(session, LetterKind.INVITATION) == 0


def test_send_can_be_changed_after_the_preview(browser: Open, cast: Cast, card: str) -> None:
    page = browser(cast.owner).post(f"{card}/skicka", {**FILLED, "go": "edit"}, 200)
    assert page.value("email") == "anna@example.com"


@pytest.mark.usefixtures("half_past")
def test_send_is_limited(browser: Open, cast: Cast, card: str) -> None:
    owner = browser(cast.owner)
    for _ in range(10):
        owner.post(f"{card}/skicka", {**FILLED, "go": "send"}, 303)
    owner.post(f"{card}/skicka", {**FILLED, "go": "send"}, 429)


@pytest.mark.parametrize("path", ["skicka", "paminnelser"])
def test_others_companies_cannot_be_mailed_about(
    browser: Open, cast: Cast, card: str, session: Session, path: str
) -> None:
    browser(cast.stranger).post(f"{card}/{path}", {**FILLED, "go": "send"}, 404)
    assert letters_waiting(session, LetterKind.INVITATION) == 0


def test_without_a_mail_server_mail_is_not_offered(
    make_app: Callable[..., Flask], cast: Cast, card: str
) -> None:
    owner = Browser.open(make_app(), cast.owner)
    owner.post(f"{card}/aktivera", status=200)
    page = owner.get(card, 200)
    assert f"{card}/skicka" not in page.links
    owner.get(f"{card}/skicka", 404)


def test_colleague_is_mailed_a_link_of_her_own_signed_by_the_approver(
    visma_app: Flask, visma: StandIn, mail_server: MailServer
) -> None:
    approver = Traveller.with_link(visma_app, visma, address(invite(visma_app)))
    form = {"email": "kollega@example.com", "signed": "Anna Ek", "words": "Kan du?", "go": "mail"}
    approver.follow(approver.post("kollega", 303, **form))
    work(visma_app, wait=False)
    (letter,) = mail_server.to("kollega@example.com")
    assert letter["From"].addresses[0].display_name == "Kopplingsguiden"
    assert "Anna Ek" not in str(letter["Subject"])
    assert letter["Reply-To"].addresses[0].addr_spec == "britta@example.com"
    assert "Kan du?" in text_of(letter)
    colleague = Traveller.with_link(visma_app, visma, secret_of(letter))
    asks = "Anna Ek har fått en fråga från Byrån AB, och ber dig svara i stället."
    assert asks in text_of(letter).replace("\n", " ")
    assert asks in colleague.get("valkommen", 200).words
    who = "Byrån AB ber om kopplingen, Senseworks läser åt byrån, och Kopplingsguiden visar dig vägen."
    said = " ".join(text_of(letter).split())
    assert f"{who} I rutan hos Visma, där du godkänner, står det Senseworks." in said
    assert said.endswith("-- Kopplingsguiden")
    assert who in html_of(letter)
    for path in (f"{colleague.at}/valkommen", "/hjalp/ar-lanken-akta"):
        assert who in colleague.browser.get(path, 200).words, path
    assert "Bad digAnna Ek" in colleague.browser.get("/hjalp/ar-lanken-akta", 200).words
    assert who in colleague.go_straight().get("ge-behorighet", 200).words
    assert "kvitto" in colleague.approve().words.lower()
    assert approver.open().status == 200  # finished: she sees that it is done


def test_colleague_page_follows_the_mail_until_it_is_settled(
    visma_app: Flask, visma: StandIn, mail_server: MailServer
) -> None:
    approver = Traveller.with_link(visma_app, visma, address(invite(visma_app)))
    form = {"email": "kollega@example.com", "signed": "Anna Ek", "words": "", "go": "mail"}
    page = approver.follow(approver.post("kollega", 303, **form))
    assert "Mejlet till kollega@example.com är på väg." in page.words
    assert f'data-follow="{approver.at}/kollega/laget" data-at="open"' in page.text
    work(visma_app, wait=False)
    assert "Mejlet till kollega@example.com är skickat." in approver.get("kollega", 200).words
    (letter,) = mail_server.to("kollega@example.com")
    colleague = Traveller.with_link(visma_app, visma, secret_of(letter)).go_straight()
    assert "Du har bett" not in colleague.get("kollega", 200).words  # nor whom the other asked
    colleague.come_back(visma.deny(colleague.depart(), "Vera Välja", HERS))
    progress = f"{approver.at}/kollega/laget"
    assert json.loads(approver.browser.get(progress, 200).text) == {"at": "open", "next": None}
    colleague.approve()
    done = json.loads(approver.browser.get(progress, 200).text)
    assert done["at"] == "finished"
    assert approver.follow(approver.browser.get(done["next"])).heading == "Företaget är anslutet"


def test_colleague_who_asks_for_the_link_again_is_asked_by_the_same_person(
    visma_app: Flask, visma: StandIn, mail_server: MailServer
) -> None:
    approver = Traveller.with_link(visma_app, visma, address(invite(visma_app)))
    form = {"email": "kollega@example.com", "signed": "Anna Ek", "words": "", "go": "mail"}
    approver.post("kollega", 303, **form)
    work(visma_app, wait=False)
    with visma_app.extensions["sessions"]() as session:
        mailing.mail_again(session, session.scalars(select(Letter)).one())
    work(visma_app, wait=False)
    again = mail_server.to("kollega@example.com")[-1]
    assert again["From"].addresses[0].display_name == "Kopplingsguiden"
    colleague = Traveller.with_link(visma_app, visma, secret_of(again))
    assert "Anna Ek har fått en fråga" in colleague.get("valkommen", 200).words


@pytest.mark.parametrize(
    "changed", [{"email": "x"}, {"signed": ""}, {"words": "se https://ond.example"}]
)
def test_colleague_form_says_what_is_wrong_and_sends_nothing(
    visma_app: Flask, visma: StandIn, mail_server: MailServer, changed: dict[str, str]
) -> None:
    approver = Traveller.with_link(visma_app, visma, address(invite(visma_app)))
    form = {"email": "kollega@example.com", "signed": "Anna Ek", "words": "", "go": "mail"}
    page = approver.post("kollega", 200, **{**form, **changed})
    assert page.tree is not None
    assert (page.tree.findtext("head/title") or "").strip().startswith("Fel:")
    work(visma_app, wait=False)
    assert mail_server.letters == []


def mailed(app: Flask, mail_server: MailServer) -> str:
    """A link that came by mail to anna@example.com."""
    invite(app)  # makes the company
    with app.extensions["sessions"]() as session:
        company = session.scalars(select(Company)).one()
        sender = User(
            email="olga@example.com",
            name="Olga Ek",
            role="member",
            password_hash="x",
            firm_id=company.firm_id,
        )
        session.add(sender)
        session.commit()
        card = f"/foretag/{company.public_id}/ladda-upp-data"
    Browser.open(app, sender).post(f"{card}/skicka", {**FILLED, "go": "send"}, 303)
    work(app, wait=False)
    return secret_of(mail_server.to("anna@example.com")[-1])


def test_lost_link_is_mailed_only_to_where_it_went_with_one_answer_for_all(
    visma_app: Flask, visma: StandIn, mail_server: MailServer, database: Session
) -> None:
    approver = Traveller.with_link(visma_app, visma, mailed(visma_app, mail_server))
    back = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS).removeprefix(
        "http://localhost"
    )
    answers = []
    for callback in (back, "/visma/callback?state=okand&code=x"):
        elsewhere = Browser.open(visma_app)
        lost = elsewhere.follow(elsewhere.get(callback, 303))
        assert "anna@" not in lost.text
        answers.append(elsewhere.follow(elsewhere.post("/koppla/vilse/mejla", {}, 303)).words)
    assert answers[0] == answers[1]
    work(visma_app, wait=False)
    first, again = mail_server.to("anna@example.com")
    assert secret_of(again) != secret_of(first)
    assert letters_waiting(database, LetterKind.LINK_AGAIN) == 1
    resumed = Traveller.with_link(visma_app, visma, secret_of(again))
    assert resumed.open().status == 200


def test_lost_link_that_was_never_mailed_is_not_mailed(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    approver = Traveller.with_link(visma_app, visma, address(invite(visma_app)))
    back = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS)
    elsewhere = Browser.open(visma_app)
    elsewhere.get(back.removeprefix("http://localhost"), 303)
    elsewhere.post("/koppla/vilse/mejla", {}, 303)
    assert letters_waiting(database, LetterKind.LINK_AGAIN) == 0


@pytest.mark.usefixtures("half_past")
def test_lost_link_is_mailed_three_times_an_hour_at_most_with_the_same_answer(
    visma_app: Flask, visma: StandIn, mail_server: MailServer, database: Session
) -> None:
    approver = Traveller.with_link(visma_app, visma, mailed(visma_app, mail_server))
    back = visma.approve(approver.go_straight().depart(), "Vera Välja", HERS)
    for _ in range(5):
        elsewhere = Browser.open(visma_app)
        elsewhere.get(back.removeprefix("http://localhost"), 303)
        elsewhere.post("/koppla/vilse/mejla", {}, 303)
    assert letters_waiting(database, LetterKind.LINK_AGAIN) == 3


def test_receipt_is_mailed_with_a_key_of_its_own(
    visma_app: Flask, visma: StandIn, mail_server: MailServer, database: Session
) -> None:
    approver = Traveller.with_link(visma_app, visma, mailed(visma_app, mail_server))
    receipt = approver.go_straight().approve()
    number = re.search(r"Kvitto (\w{16})", receipt.words)
    assert number
    approver.mail_receipt("fel", 200)
    approver.follow(approver.mail_receipt("vera@example.com"))
    work(visma_app, wait=False)
    (letter,) = mail_server.to("vera@example.com")
    assert number[1] in text_of(letter)
    consent = database.scalars(select(Consent)).one()
    assert consent.contact
    assert consent.contact.email == "anna@example.com"  # whose link it was
    assert len(mail_server.to("olga@example.com")) == 1  # the sender: done
    stranger = Browser.open(visma_app)
    stranger.get(f"/kvitto/nr/{number[1]}", 404)
    opened = stranger.get(secret_of(letter, "/kvitto/"), 303)
    assert opened.headers["Referrer-Policy"] == "no-referrer"
    assert opened.goes_to == f"/kvitto/nr/{number[1]}"
    page = stranger.arrive(opened.location)
    assert "Aktiv" in page.words
    assert number[1] in page.words
    assert database.scalars(select(Invitation.status)).one() is InvitationStatus.CONNECTED
    stranger.get("/kvitto/finns-inte", 404)


def test_receipt_is_mailed_only_for_the_browser_that_gave_permission(
    visma_app: Flask, visma: StandIn, mail_server: MailServer, database: Session
) -> None:
    link = mailed(visma_app, mail_server)
    approver = Traveller.with_link(visma_app, visma, link)
    approver.go_straight().approve()
    other = Traveller.with_link(visma_app, visma, link)
    asked = {"email": "nyfiken@example.com"}
    other.browser.post(f"{approver.receipt()}/mejla", asked, 404)
    other.post("mejla-kvittot", 303, **asked)
    sent = select(Letter.recipient).where(Letter.kind == LetterKind.RECEIPT)
    assert set(database.scalars(sent)) == {"anna@example.com"}
