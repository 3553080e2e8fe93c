"""Fixtures: a mail server, the outbox, and an invitation to mail.

A directory whose tests use them makes its `app` with `mail_server.settings`.
"""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.mail_server import MailServer, send_due
from wizard.models import Invitation
from wizard.services.invitations import mailing
from wizard.services.invitations.lifecycle import living_invitation
from wizard.services.outbox import Addressee

ANNA = Addressee("anna@example.com", "sv", "Anna Ek")
Send = Callable[[], None]
Mail = Callable[..., Invitation]


@pytest.fixture(scope="session")
def mail_server_process() -> Iterator[MailServer]:
    """One mail server for all tests of this process."""
    with MailServer.start() as server:
        yield server


@pytest.fixture
def mail_server(mail_server_process: MailServer) -> MailServer:
    """The mail server, emptied."""
    server = mail_server_process
    server.letters.clear()
    server.envelopes.clear()
    server.on_data, server.answer = None, "250 OK"
    return server


@pytest.fixture
def send(app: Flask) -> Send:
    """Sends the due letters, as the worker would: `send()`."""

    return lambda: send_due(app)


@pytest.fixture
def mail(session: Session, cast: Cast) -> Mail:
    """Mails the company's invitation: `mail()`, or `mail(to=…, words=…)`."""

    def mail_it(to: Addressee = ANNA, words: str | None = None) -> Invitation:
        mailing.mail_invitation(session, cast.company, "visma", cast.owner, to, words)
        invitation = living_invitation(session, cast.company)
        assert invitation
        return invitation

    return mail_it
