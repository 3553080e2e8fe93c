"""flask key: creates and prints once, lists, revokes."""

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast
from wizard.services.api import api_keys


def run(app: Flask, *words: str) -> tuple[int, str]:
    """The exit code and the output."""
    done = app.test_cli_runner().invoke(args=["key", *words])
    return done.exit_code, done.output


def test_key_create_prints_the_key_and_nothing_else(
    app: Flask, cast: Cast, session: Session
) -> None:
    code, printed = run(app, "create", "--firm", "Byrån AB", "--name", "Analys")
    assert code == 0
    platform = Platform(app.test_client(), printed.strip())
    platform.get("/companies", 200)
    code, listed = run(app, "list")
    assert (code, "Byrån AB  Analys" in listed) == (0, True)
    assert printed.strip() not in listed
    assert run(app, "revoke", listed.split()[0]) == (0, "Nyckeln Analys är återkallad.\n")
    platform.get("/companies", 401)
    assert "återkallad" in run(app, "list")[1]


def test_key_reports_an_unknown_firm_or_key(app: Flask, cast: Cast) -> None:
    assert "ingen byrå med det namnet" in run(app, "create", "--firm", "X", "--name", "y")[1]
    assert run(app, "revoke", "x") == (
        1,
        "Error: Det finns ingen nyckel med det numret. flask key list visar dem.\n",
    )


def test_key_create_takes_scopes_and_a_last_day(app: Flask, cast: Cast, session: Session) -> None:
    of_firm = ("--firm", "Byrån AB", "--name")
    assert run(app, "create", *of_firm, "Allmän")[0] == 0
    day = api_keys.usual_last_day() - timedelta(days=300)
    chosen = ("--scope", "handover", "--scope", "status", "--expires", str(day))
    assert run(app, "create", *of_firm, "Vald", *chosen)[0] == 0
    listed = run(app, "list")[1].splitlines()
    assert f"Vald  status,handover  t.o.m. {day}  –" in listed[0]
    usual = f"status,invitations,documents,disconnect  t.o.m. {api_keys.usual_last_day()}"
    assert f"Allmän  {usual}  –" in listed[1]
    code, said = run(app, "create", *of_firm, "Sen", "--expires", "2020-01-01")
    assert (code, "Sista dagen ska vara i dag eller senare" in said) == (1, True)
    assert run(app, "create", *of_firm, "Fel", "--scope", "all")[0] == 2
