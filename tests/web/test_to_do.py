"""What there is to do, on top of the companies and on a page of its own; and renewing all that wait."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.broken import connect, need_renewal
from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.mail_server import MailServer
from wizard.models import Company, Letter, LetterKind
from wizard.services.desk import keeping

Open = Callable[..., Browser]
AT = "/foretag/att-gora"


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


@pytest.fixture
def broken(session: Session, cast: Cast) -> list[Company]:
    """Two companies to be renewed: the owner's and the colleague's."""
    made = [
        connect(session, cast.firm, user, number, approver_email=f"vera{number}@example.com")
        for number, user in enumerate((cast.owner, cast.colleague))
    ]
    need_renewal(session, *made)
    keeping.sort_due(session)
    session.commit()
    return [session.get_one(Company, each.company_id) for each in made]


def test_what_is_to_do_stands_on_top_of_the_companies(
    browser: Open, cast: Cast, broken: list[Company]
) -> None:
    olga = browser(cast.owner)
    for address in ("/foretag", AT):
        words = olga.get(address, 200).words
        assert "Att göra" in words
        assert "Behöver förnyas" in words
        assert all(company.name in words for company in broken)
    words = olga.get(f"{AT}?visa=mina&vad=renew", 200).words
    assert broken[0].name in words
    assert broken[1].name not in words
    assert "Det finns inget att göra." in olga.get(f"{AT}?vad=bounced", 200).words
    assert "Att göra" not in browser(cast.stranger).get("/foretag", 200).words
    assert "Att göra" not in olga.get("/foretag?search=x", 200).words
    assert browser(cast.support).get(AT).status in {403, 404}


def test_renew_asks_all_that_are_ticked_and_each_address_can_be_changed(
    browser: Open, cast: Cast, broken: list[Company], session: Session
) -> None:
    olga, (first, second) = browser(cast.owner), broken
    page = olga.get(f"{AT}/fornya", 200)
    assert page.value(f"email-{first.public_id}") == "vera0@example.com"
    form = {
        f"go-{first.public_id}": "y",
        f"email-{first.public_id}": "nagon annan",
        f"email-{second.public_id}": "vera1@example.com",
    }
    assert "Adressen stämmer inte" in olga.post(f"{AT}/fornya", form, 200).words
    form |= {f"email-{first.public_id}": "bo@example.com"}
    page = olga.follow(olga.post(f"{AT}/fornya", form, 303))
    assert "1 mejl är på väg." in page.words
    sent = select(Letter.recipient).where(Letter.kind == LetterKind.INVITATION)
    assert session.scalars(sent).all() == ["bo@example.com"]
