"""The token of a form: one in each, one answer to each, and a new press for every other word."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.mail_server import MailServer
from wizard.config import ROOT
from wizard.models import Company, InvitationKey, Letter, Press, now
from wizard.services.concurrency.presses import LEASE
from wizard.services.crypto.digests import digest

Open = Callable[..., Browser]
TOKEN = "a-token-of-one-form-123"


@pytest.fixture
def card(cast: Cast) -> str:
    return f"/foretag/{cast.company.public_id}/ladda-upp-data"


def tokens(page: Page) -> list[str]:
    assert page.tree is not None
    return [
        each.get("value", "") for each in page.tree.iter("input") if each.get("name") == "press"
    ]


def number_of(session: Session, table: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_every_form_that_is_sent_has_a_token_of_its_own(
    browser: Open, cast: Cast, card: str
) -> None:
    owner = browser(cast.owner)
    first, second = owner.get(card, 200), owner.get(card, 200)
    found = tokens(first) + tokens(second)
    assert len(found) == len(set(found)) == 2 * len(first.actions)
    for path in (ROOT / "templates").rglob("*.html"):
        if "sandbox" not in path.parts:
            text = path.read_text()
            assert text.count('method="post"') <= text.count("csrf()"), path


def test_the_same_form_shows_the_same_link_again(
    browser: Open, cast: Cast, card: str, session: Session
) -> None:
    owner = browser(cast.owner)
    one = owner.post(f"{card}/aktivera", {"press": TOKEN}, 200)
    two = owner.post(f"{card}/aktivera", {"press": TOKEN}, 200)
    assert one.value("link") == two.value("link")
    assert number_of(session, InvitationKey) == 1
    other = owner.post(f"{card}/aktivera", {"press": TOKEN + "x"}, 200)
    assert other.value("link") != one.value("link")


def test_a_form_with_other_words_is_another_press(
    browser: Open, cast: Cast, session: Session
) -> None:
    owner = browser(cast.owner)
    form = {"press": TOKEN, "name": "Nya AB", "organisation_number": "5560125790"}
    wrong = owner.post("/foretag/nytt", {**form, "organisation_number": "1"}, 200)
    assert wrong.value("name") == "Nya AB"
    made = owner.post("/foretag/nytt", form, 303)
    assert owner.post("/foretag/nytt", form, 303).location == made.location
    other = {**form, "organisation_number": "5561234567"}
    assert owner.post("/foretag/nytt", other, 303).location != made.location
    assert number_of(session, Company) == 4


def test_the_link_is_stored_nowhere_that_the_database_alone_tells(
    browser: Open, cast: Cast, card: str, session: Session
) -> None:
    page = browser(cast.owner).post(f"{card}/aktivera", {"press": TOKEN}, 200)
    press = session.scalars(select(Press)).one()
    secret = page.value("link").rpartition("/")[2]
    assert secret.encode() not in (press.answer or b"")
    assert digest(TOKEN) != press.form_hash  # which is of all that is filled in


def test_a_press_of_somebody_else_with_the_same_token_is_another(
    browser: Open, cast: Cast, card: str
) -> None:
    one = browser(cast.owner).post(f"{card}/aktivera", {"press": TOKEN}, 200)
    two = browser(cast.colleague).post(f"{card}/aktivera", {"press": TOKEN}, 200)
    assert one.value("link") != two.value("link")


def test_what_was_made_by_a_killed_process_is_not_made_again(
    browser: Open, cast: Cast, card: str, session: Session
) -> None:
    owner = browser(cast.owner)
    owner.post(f"{card}/aktivera", {"press": TOKEN}, 200)
    session.execute(update(Press).values(answer=None, claimed_at=now() - 2 * LEASE))
    session.commit()
    led = owner.post(f"{card}/aktivera", {"press": TOKEN}, 303)
    assert "redan gjort" in owner.follow(owner.follow(led)).words
    assert number_of(session, InvitationKey) == 1


def test_a_stranger_claims_nothing(browser: Open, cast: Cast, session: Session) -> None:
    form = {"email": cast.owner.email, "password": "wrong", "press": TOKEN}
    browser().post("/logga-in", form, 200)
    assert number_of(session, Press) == 0


def test_the_answer_to_a_second_press_gives_the_cookies_of_the_first(
    browser: Open, cast: Cast
) -> None:
    owner = browser(cast.owner)
    form = {"press": TOKEN, "name": "Olga Ek", "language": "en"}
    answers = [owner.post("/konto/uppgifter", form, 303) for _ in range(2)]
    languages = [
        [each for each in answer.headers.getlist("Set-Cookie") if "=en;" in each]
        for answer in answers
    ]
    assert languages[0]
    assert languages[0] == languages[1]
    assert all(len(answer.headers.getlist("Content-Type")) == 1 for answer in answers)


def test_who_forgot_her_password_asks_once_though_she_has_come_nowhere(
    make_app: Callable[..., Flask], mail_server: MailServer, cast: Cast, session: Session
) -> None:
    opened = Browser.open(make_app(**mail_server.settings))
    form = {"press": TOKEN, "email": cast.owner.email}
    for _ in range(2):
        opened.post("/glomt-losenord", form, 303)
    assert number_of(session, Letter) == 1
