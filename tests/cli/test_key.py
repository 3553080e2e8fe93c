"""flask key: creates and prints once, lists, revokes."""

from flask import Flask
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast


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
