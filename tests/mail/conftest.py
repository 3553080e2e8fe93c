"""An application with a mail server, its outbox and somebody to write to."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.letters import MailServer
from wizard.jobs.worker import work


@pytest.fixture(scope="session")
def mail_server_process() -> Iterator[MailServer]:
    """One mail server for all tests of this process."""
    with MailServer.start() as server:
        yield server


@pytest.fixture
def mail_server(mail_server_process: MailServer) -> MailServer:
    """The mail server, as new."""
    server = mail_server_process
    server.letters.clear()
    server.envelopes.clear()
    server.on_data, server.answer = None, "250 OK"
    return server


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


@pytest.fixture
def send(app: Flask) -> Callable[[], None]:
    """Does the background work there is: `send()`."""
    return lambda: work(app, wait=False)
