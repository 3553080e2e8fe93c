"""Whose each link of an invitation is, as the firm and support read it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.mail import Mail, Send
from tests.support.mail_server import MailServer
from wizard.models import KeyPurpose, LetterKind, User
from wizard.services import outbox
from wizard.services.companies.company_directory import find
from wizard.services.invitations import for_support, lifecycle, visits
from wizard.services.outbox import Addressee

Open = Callable[..., Browser]


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    return make_app(**mail_server.settings)


def test_the_firm_and_support_read_whose_each_link_is(
    browser: Open, cast: Cast, session: Session, mail: Mail, send: Send
) -> None:
    invitation = mail(Addressee("berit@example.com", "sv", "Berit"))
    send()
    lifecycle.show_link(session, invitation, session.get_one(User, cast.owner.id))
    siv = session.get_one(User, cast.support.id)
    link = lifecycle.show_link(session, invitation, siv)
    earlier = for_support.last_recipient(session, invitation)
    assert earlier
    for_support.mail_link(session, invitation, siv, earlier)
    send()
    key = visits.find_key(session, link.secret)
    assert key
    lifecycle.hand_over(session, key)
    path = cast.company.public_id
    pages = [
        browser(cast.owner).get(f"/foretag/{path}", 200),
        browser(cast.owner).get(f"/foretag/{path}/ladda-upp-data", 200),
        browser(cast.support).get(f"/support/{path}", 200),
    ]
    for page in pages:
        for whose in (
            "Länken i mejlet till berit@example.com",
            "Länken i mejlet till berit@example.com, skickad av supporten",
            "En länk som Olga Ek gjorde för att kopiera",
            "En länk som supporten gjorde för att kopiera",
            "En länk skapades till en kollega",
        ):
            assert f'<td class="first breaks">{whose}</td>' in page.text
    assert "se-som-hon" not in pages[0].text + pages[1].text
    assert "se-som-hon" in pages[2].text


def test_a_colleagues_link_says_who_passed_it_on(
    browser: Open, cast: Cast, session: Session, mail: Mail, send: Send
) -> None:
    invitation = mail(Addressee("berit@example.com", "sv", "Berit"))
    to = Addressee("carl@example.com", "sv")
    outbox.post(session, LetterKind.HAND_OVER, invitation, to, signed="Berit")
    session.commit()
    send()
    company = find(session, session.get_one(User, cast.owner.id), cast.company.public_id)
    assert company
    key = lifecycle.show_link(session, invitation, None, KeyPurpose.HANDED_OVER)
    found = visits.find_key(session, key.secret)
    assert found
    found.asked_by = "Berit"
    session.commit()
    text = browser(cast.owner).get(f"/foretag/{company.public_id}", 200).text
    assert "Länken i mejlet till carl@example.com" in text
    assert "En länk som Berit gjorde för en kollega" in text
