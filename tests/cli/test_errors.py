"""Every command says in one Swedish sentence why it cannot go on, whatever is wrong with the database."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import psycopg
import pytest
from alembic import command
from flask import Flask
from psycopg import sql
from sqlalchemy import make_url

from tests.cli.running import commands_of, run
from tests.conftest import SETTINGS
from tests.support.postgres import TestServer
from wizard import config
from wizard.cli import LazyCommands
from wizard.cli.errors import BY_SQLSTATE, sentence
from wizard.extensions import make_engine
from wizard.migrations import running

NEEDS_NO_DATABASE = {"mail", "pictures", "templates", "translations"}
WAITS = ("jobs", "work")  # for a database that answers and fits; its log says what it waits for
VALUES = {
    "email": "anna@example.com",
    "contact_email": "anna@example.com",
    "organisation_number": "559900-1079",
    "url": "https://analys.example.com/webhooks",
    "role": "support",
    "companies": "companies.csv",
}
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw")
SAID = {
    "away": "Databasen svarar inte.",
    "missing": "finns inte",
    "unknown": "släpper inte in",
    "unentitled": "saknar rättigheter",
    "empty": "flask db upgrade",
    "older": "för gammalt",
    "newer": "för nytt",
}
# What works on a database that is like this, or has nothing to ask it before it has read a file.
WORKS: dict[tuple[str, ...], set[str]] = {
    ("db", "upgrade"): {"empty", "older"},
    ("backup", "create"): {"older", "newer"},
    ("backup", "hold"): {"older", "newer"},
    ("backup", "verify"): set(SAID),
    ("backup", "restore"): set(SAID),
    ("evidence", "verify"): set(SAID),
}


def groups() -> dict[str, click.Command]:
    """Our groups of commands by name."""
    found = commands_of(LazyCommands("app"))
    return {name: each for name, each in found.items() if isinstance(each, click.Group)}


def commands() -> list[tuple[str, ...]]:
    """Every command of ours with what it must be told, that needs the database."""
    return [
        (group, name, *_needed(one))
        for group, commands in groups().items()
        if group not in NEEDS_NO_DATABASE
        for name, one in commands_of(commands).items()
        if (group, name) != WAITS
    ]


def _needed(one: click.Command) -> Iterator[str]:
    for parameter in one.params:
        value = VALUES.get(str(parameter.name), "x")
        if parameter.required and isinstance(parameter, click.Argument):
            yield value
        elif parameter.required and getattr(parameter, "is_flag", False):
            yield parameter.opts[0]
        elif parameter.required:
            yield f"{parameter.opts[0]}={value}"


@pytest.fixture(scope="module")
def broken(server: TestServer) -> Iterator[dict[str, str]]:
    """The addresses of databases that no command can use, by what is wrong."""
    kinds = ("unentitled", "older", "newer", "empty")
    names = {kind: f"{kind}_{WORKER}" for kind in kinds}
    whole = server.create(names["unentitled"])
    made = {
        "away": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "missing": _with(whole, database="no_such_database"),
        "unknown": _with(whole, username="no_such_role", password="wrong"),
        "unentitled": whole,
        "empty": server.create_empty(names["empty"]),
        "older": server.create(names["older"]),
        "newer": server.create(names["newer"]),
    }
    older = make_engine(made["older"])
    command.downgrade(running.configuration(older), "-1")
    older.dispose()
    newer = "UPDATE alembic_version SET version_num = '9999', oldest_code = '9999'"
    _execute(made["newer"], sql.SQL(newer))
    _execute(whole, sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM CURRENT_USER"))
    yield made
    for name in names.values():
        server.drop(name)


def _with(url: str, **changes: str) -> str:
    return make_url(url).set(**changes).render_as_string(hide_password=False)  # type: ignore[arg-type]


def _execute(url: str, statement: sql.SQL) -> None:
    address = _with(url, drivername="postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("kind", SAID)
def test_every_command_tells_what_is_wrong_with_the_database(
    make_app: Callable[..., Flask],
    broken: dict[str, str],
    kind: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / VALUES["companies"]).write_text("5560360793;Volvo\n")
    app = make_app(database_url=broken[kind])
    for words in commands():
        if kind in WORKS.get(words[:2], ()):
            continue
        done = run(app, *words)
        said = done.output.splitlines()
        assert (done.exit_code, len(said)) == (1, 1), (words, done.output, done.exception)
        assert said[0].startswith("Error: "), (words, said)
        assert said[0].endswith("."), (words, said)
        assert SAID[kind] in said[0], (words, said)


def test_there_are_commands_to_try_in_every_group() -> None:
    tried = {words[0] for words in commands()}
    assert tried == set(groups()) - NEEDS_NO_DATABASE
    assert len(commands()) > 15


def test_an_older_schema_is_brought_up_to_date(
    make_app: Callable[..., Flask], broken: dict[str, str]
) -> None:
    app = make_app(database_url=broken["older"])
    assert run(app, "db", "upgrade").exit_code == 0
    assert run(app, "db", "check").exit_code == 0


def test_at_a_terminal_there_is_a_sentence_and_no_traceback() -> None:
    given = {f"WIZARD_{name.upper()}": value for name, value in SETTINGS.items()}
    done = subprocess.run(
        [Path(sys.executable).with_name("flask"), "keys", "status"],
        env={**os.environ, **given, "WIZARD_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
        cwd=config.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {BY_SQLSTATE['08']}\n"


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        ('FATAL:  password authentication failed for user "wizard"', "28"),
        ('FATAL:  role "wizard" does not exist', "28"),
        ('FATAL:  permission denied for database "wizard"', "42501"),
        ("FATAL:  sorry, too many clients already", "53"),
        ("FATAL:  the database system is starting up", "57"),
        ("connection refused\nIs the server running on that host?", "08"),
    ],
)
def test_a_server_that_lets_nobody_in_is_understood(refusal: str, code: str) -> None:
    assert sentence(psycopg.OperationalError(f"connection failed: {refusal}")) == BY_SQLSTATE[code]


@pytest.mark.parametrize("code", [*BY_SQLSTATE, "XX000"])
def test_every_code_of_the_server_has_a_sentence(code: str) -> None:
    class Answer(psycopg.Error):
        sqlstate = code.ljust(5, "9")

    said = sentence(Answer())
    assert said == BY_SQLSTATE.get(code, said)
    assert said.startswith("Databas")
    assert said.endswith(".")
