"""flask db: what it says when it cannot."""

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import make_url

from tests.support.postgres import TestServer
from wizard.migrations import running


def test_upgrade_names_the_key_that_is_missing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_a_key(*_: object) -> None:
        raise running.KeyMissingError("k1")

    monkeypatch.setattr(running, "upgrade", without_a_key)
    done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert done.exit_code == 1
    assert "Nyckeln k1 saknas" in done.output
    assert "Inget är ändrat" in done.output


def test_upgrade_refuses_a_database_that_is_not_in_utf8(
    server: TestServer, make_app: Callable[..., Flask]
) -> None:
    url = make_url(server.create_empty("ascii"))
    server.drop("ascii")
    admin = url.set(drivername="postgresql", database="postgres")
    make = sql.SQL(
        "create database {} encoding 'SQL_ASCII' template template0 locale_provider libc locale 'C'"
    ).format(sql.Identifier(str(url.database)))
    with psycopg.connect(
        admin.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(make)
    try:
        app = make_app(database_url=url.render_as_string(hide_password=False))
        done = app.test_cli_runner().invoke(args=["db", "upgrade"])
        assert (done.exit_code, len(done.output.splitlines())) == (1, 1), done.output
        assert "teckenkodningen SQL_ASCII" in done.output
        assert "createdb --encoding=UTF8" in done.output
    finally:
        server.drop("ascii")
