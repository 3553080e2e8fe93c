"""An application that may send webhooks to this computer, and a connection to tell of."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.webhooks import connect
from wizard.models import Connection


@pytest.fixture(autouse=True)
def patience(webhook_patience: None) -> None:
    """For every test here."""


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application, allowed to speak to this computer."""
    return make_app(webhook_local=True)


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """The company's connection."""
    return connect(session, cast.company)
