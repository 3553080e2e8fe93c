"""An application with a mail server."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, inspect, text

from tests.support.mail_server import MailServer


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with a mail server."""
    return make_app(**mail_server.settings)


@pytest.fixture
def everything(app: Flask) -> Callable[[], str]:
    """All that any table holds, the queue's as well: `everything()`."""
    engine: Engine = app.extensions["engine"]

    def read() -> str:
        with engine.connect() as connection:
            names = [
                f"{schema}.{table}"
                for schema in ("public", "procrastinate")
                for table in inspect(connection).get_table_names(schema)
            ]
            return "\n".join(
                str(connection.execute(text(f"select * from {name}")).all()) for name in names
            )

    return read
