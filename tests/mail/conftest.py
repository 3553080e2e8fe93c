"""An application with a mail server."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.support.mail_server import MailServer


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)
