"""Choosing a password: by a mailed link, in place of a forgotten one, and of one that was given."""

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import PASSWORD, Cast
from tests.support.client import Browser, Page
from tests.support.letters import check_letter
from tests.support.mail import Send
from tests.support.mail_server import MailServer, text_of
from tests.support.transactions import Statements
from wizard.models import AccountLink, AuditAction, AuditEntry, Letter, LinkPurpose, Role, now
from wizard.services.accounts import account_links, administration
from wizard.services.accounts.administration import Standing
from wizard.web import limits

Open = Callable[..., Browser]
NEW = "ovanliga fiskar cyklar baklänges"
CHOSEN = {"password": NEW, "again": NEW}


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, which can mail."""
    return make_app(**mail_server.settings)


def link_in(mail_server: MailServer) -> str:
    (letter,) = mail_server.letters
    text = text_of(letter)
    return "/losenord/" + text.partition("http://localhost/losenord/")[2].split()[0]


def sign_in(opened: Browser, email: str, password: str) -> Page:
    opened.get("/logga-in")
    return opened.post("/logga-in", {"email": email, "password": password})


@pytest.fixture
def link(session: Session, cast: Cast) -> str:
    """A link to another password for the owner."""
    secret = account_links.make_link(session, cast.owner, LinkPurpose.RESET)
    session.commit()
    return f"/losenord/{secret}"


@pytest.mark.usefixtures("cast")
def test_forgotten_and_choose_lead_to_a_new_sign_in(
    browser: Open, session: Session, cast: Cast, send: Send, mail_server: MailServer
) -> None:
    opened, other = browser(), browser(cast.owner)
    assert "/glomt-losenord" in opened.get("/logga-in", 200).links
    opened.get("/glomt-losenord", 200)
    sent = opened.follow(opened.post("/glomt-losenord", {"email": " Olga@Example.com"}, 303))
    assert "på väg dit" in sent.words
    send()
    (letter,) = mail_server.letters
    check_letter(letter, "sv")
    page = opened.arrive(link_in(mail_server))
    assert page.heading == "Välj ett nytt lösenord"
    assert cast.owner.email in page.words
    answer = opened.post("/losenord", CHOSEN, 303)
    assert answer.location == "/logga-in"
    assert opened.get("/foretag").status == 303  # nobody is signed in by a link
    assert other.get("/foretag").status == 303
    assert sign_in(opened, cast.owner.email, NEW).location == "/foretag"
    send()
    assert mail_server.letters[-1]["Subject"] == "Ditt lösenord i Kopplingsguiden har ändrats"
    check_letter(mail_server.letters[-1], "sv")
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {AuditAction.PASSWORD_RESET_SENT, AuditAction.PASSWORD_CHANGED} <= actions


def test_following_a_link_uses_nothing_up_and_leaves_no_secret(browser: Open, link: str) -> None:
    opened = browser()
    for _ in range(3):
        assert opened.client.head(link).status_code == 303
        answer = opened.get(link, 303)
        assert link.rpartition("/")[2] not in answer.location
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    page = browser().arrive(link)
    assert link.rpartition("/")[2] not in page.text


def test_a_link_that_has_ended_says_how(browser: Open, link: str) -> None:
    first, second, late = browser(), browser(), browser()
    for each in (first, second, late):
        each.arrive(link)
    with time_machine.travel(now() + account_links.LIVES[LinkPurpose.RESET]):
        assert late.get("/losenord", 404).heading == "Länken är för gammal"
        assert late.post("/losenord", CHOSEN, 404).heading == "Länken är för gammal"
    first.post("/losenord", CHOSEN, 303)
    assert second.post("/losenord", CHOSEN, 404).heading == "Länken är redan använd"
    assert second.follow(second.follow(second.get(link, 303))).heading == "Länken är redan använd"
    unknown = browser().get(f"/losenord/{'a' * 43}", 404)
    assert unknown.heading == "Länken fungerar inte"


def test_choose_refuses_what_is_short_or_written_in_two_ways(browser: Open, link: str) -> None:
    opened = browser()
    opened.arrive(link)
    for form, words in (
        ({"password": "kort", "again": "kort"}, "12 till 200 tecken"),
        ({"password": "Sommaren 2026!", "again": "Sommaren 2026!"}, "gissas först"),
        ({"password": "Olga@Example.com1", "again": "Olga@Example.com1"}, "för likt ditt namn"),
        ({"password": "abcabcabcabcabc", "again": "abcabcabcabcabc"}, "en upprepning"),
        ({"password": NEW, "again": f"{NEW}!"}, "inte likadana"),
        ({"password": "", "again": ""}, "Skriv ett lösenord."),
    ):
        assert words in opened.post("/losenord", form, 200).words
    assert opened.post("/losenord", CHOSEN, 303).location == "/logga-in"


def test_choosing_twice_leads_where_the_first_press_led(
    browser: Open, session: Session, link: str
) -> None:
    opened = browser()
    opened.arrive(link)
    pressed = {**CHOSEN, "press": "p" * 22}
    for _ in range(3):  # each with the cookie that the answer before gave
        assert opened.post("/losenord", pressed, 303).location == "/logga-in"
    assert len(session.scalars(select(Letter)).all()) == 1
    assert opened.get("/losenord", 404).heading == "Länken är redan använd"


def test_choosing_signs_out_whoever_was_signed_in_here(
    browser: Open, cast: Cast, link: str
) -> None:
    opened = browser(cast.colleague)
    opened.arrive(link)
    opened.post("/losenord", CHOSEN, 303)
    assert opened.get("/foretag").status == 303


@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_invited_member_chooses_her_own_password(
    browser: Open, session: Session, cast: Cast, send: Send, mail_server: MailServer, language: str
) -> None:
    standing = Standing(Role.MEMBER, cast.firm)
    user = administration.invite(session, cast.admin, "ny@example.com", "Nina Ny", standing)
    letter = session.scalars(select(Letter)).one()
    letter.language = language
    session.commit()
    send()
    check_letter(mail_server.letters[0], language)
    assert "Adam Al" in text_of(mail_server.letters[0])
    opened = browser()
    assert opened.arrive(link_in(mail_server)).heading == "Välj ett lösenord"
    opened.post("/losenord", CHOSEN, 303)
    assert sign_in(opened, user.email, NEW).location == "/foretag"
    send()
    assert len(mail_server.letters) == 1  # nothing was changed that she had


def test_an_address_without_an_account_is_answered_alike_and_mailed_nothing(
    browser: Open, session: Session, cast: Cast, send: Send, mail_server: MailServer,
    statements: Callable[[], Statements],
) -> None:  # fmt: skip
    cast.colleague.active = False
    session.commit()
    answers, work = [], []
    for email in (cast.owner.email, "nobody@example.com", cast.colleague.email):
        opened = browser()
        with statements() as sent:
            answer = opened.post("/glomt-losenord", {"email": email}, 303)
        answers.append((answer.location, opened.follow(answer).words))
        work.append(len(sent))
    assert len(set(answers)) == 1
    assert len(set(work)) == 1  # the same statements: it takes the same time
    send()
    assert [each.rcpt_tos for each in mail_server.envelopes] == [[cast.owner.email]]
    session.rollback()
    assert session.scalars(select(Letter.recipient).where(Letter.sent_at.is_(None))).all() == [
        "",
        "",
    ]


@pytest.mark.usefixtures("half_past")
def test_forgotten_is_limited_by_address_and_by_network(
    browser: Open, session: Session, cast: Cast
) -> None:
    opened = browser()
    for _ in range(limits.PASSWORD_LETTERS_AN_HOUR + 2):
        opened.post("/glomt-losenord", {"email": cast.owner.email}, 303)
    assert len(session.scalars(select(Letter)).all()) == limits.PASSWORD_LETTERS_AN_HOUR
    for number in range(limits.FORGOTTEN_AN_HOUR):
        answer = opened.post("/glomt-losenord", {"email": f"{number}@example.com"})
    assert answer.status == 429


def test_forgotten_asks_for_an_address(browser: Open) -> None:
    for email in ("", "inget"):
        page = browser().post("/glomt-losenord", {"email": email}, 200)
        assert page.tree is not None
        assert (page.tree.findtext("head/title") or "").startswith("Fel:")


def test_forgotten_is_not_offered_without_a_mail_server(make_app: Callable[..., Flask]) -> None:
    opened = Browser.open(make_app())
    assert "/glomt-losenord" not in opened.get("/logga-in", 200).links
    opened.get("/glomt-losenord", 404)


def test_first_comes_before_all_else_and_leads_on(
    browser: Open, session: Session, cast: Cast
) -> None:
    cast.owner.must_change_password = True
    session.commit()
    opened = browser()
    sign_in(opened, cast.owner.email, PASSWORD)
    asked = f"/foretag/{cast.company.public_id}"
    answer = opened.get(asked, 303)
    assert answer.location == f"/valj-losenord?next={asked}"
    assert opened.follow(answer).heading == "Välj ett nytt lösenord"
    assert opened.post(f"{asked}/ladda-upp-data/ny-lank").goes_to == "/valj-losenord"
    same = {"password": PASSWORD, "again": PASSWORD}
    assert "ett annat lösenord" in opened.post(answer.location, same, 200).words
    assert opened.post(answer.location, CHOSEN, 303).location == asked
    opened.get(asked, 200)
    assert opened.get("/valj-losenord", 303).location == "/foretag"


def test_first_is_not_for_who_came_without_a_password(
    browser: Open, session: Session, cast: Cast
) -> None:
    cast.owner.must_change_password = True
    session.commit()
    opened = browser(cast.owner)  # as from the platform
    opened.get("/foretag", 200)
    assert opened.post("/valj-losenord", CHOSEN, 303).location == "/foretag"
    session.rollback()
    assert session.scalars(select(AccountLink)).all() == []
    assert cast.owner.must_change_password
