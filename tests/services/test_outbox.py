"""Letters are put in the outbox, to the right person, if and when the caller commits."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.mail import Mail, Send
from tests.support.mail_server import MailServer
from wizard.models import User
from wizard.services import outbox
from wizard.services.invitations import lifecycle
from wizard.services.values.own_words import WordsUnfairError


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


def test_a_sender_who_has_left_is_replaced_by_her_firm(
    session: Session, mail: Mail, send: Send, mail_server: MailServer, cast: Cast, app: Flask
) -> None:
    invitation = mail()
    session.get_one(User, cast.owner.id).active = False
    session.commit()
    lifecycle.decline(session, invitation, "")
    send()
    assert len(mail_server.to("britta@example.com")) == 1
    assert mail_server.to(cast.owner.email) == []


@pytest.mark.parametrize(
    "words", ["Se https://ond.example", "www.ond.example", "ond.se/x", "x" * 301]
)
def test_nobody_elses_links_go_in_our_letters(words: str) -> None:
    with pytest.raises((outbox.WordsInvalidError, WordsUnfairError)):
        outbox.clean_words(words)
