"""Mails to staff that tell of one company say whose move it is, in the words of pages."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.mail import Mail, Send
from tests.support.mail_server import MailServer, html_of, text_of
from wizard.config import ROOT
from wizard.models import EventKind, Invitation, MoveReason, Whose
from wizard.services.invitations import visits
from wizard.services.invitations.lifecycle import show_link
from wizard.web.move_texts import REASONS, WHOSE


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    return make_app(**mail_server.settings)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_letters_have_the_words_of_pages_for_every_reason(app: Flask, language: str) -> None:
    words = (ROOT / "templates/letters" / language / "move.html").read_text()
    with app.test_request_context(), force_locale(language):
        for reason in MoveReason:
            if reason.whose is not Whose.NOBODY:
                assert f"'{reason.value}': '{REASONS[reason]}'" in words
        for whose in (Whose.WE, Whose.FIRM, Whose.APPROVER):
            assert f"'{whose.value}': '{WHOSE[whose]}'" in words


def test_a_mail_about_one_company_says_whose_move_it_is(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast
) -> None:
    invitation = session.get_one(Invitation, mail().id)
    send()
    key = visits.find_key(session, show_link(session, invitation, cast.owner).secret)
    assert key
    visits.tell_sender(session, key, EventKind.NUMBER_QUESTIONED)
    send()
    (told,) = mail_server.to(cast.owner.email)
    said = "Vems tur det är: Byrån. Ifrågasätter organisationsnumret, sedan"
    assert said in text_of(told)
    assert said in html_of(told)
    (asked,) = mail_server.to("anna@example.com")
    assert "Vems tur det är" not in text_of(asked)
