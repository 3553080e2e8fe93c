"""Logs: a line for each request with its id, and nothing of a secret."""

import io
import json
import logging
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import structlog
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.traveller import address, invite
from wizard.models import public_id
from wizard.services.api import api_keys
from wizard.services.crypto.digests import new_secret
from wizard.web.hooks.logs import configure


@pytest.fixture
def chatty(capsys: pytest.CaptureFixture[str], make_app: Callable[..., Flask]) -> Flask:
    """An application that logs all it can, to where it is read here."""
    return make_app(log_level="DEBUG")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """What has been logged."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line[:1] == "{"]


def test_every_request_is_a_line_with_its_id(
    chatty: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    page = Browser.open(chatty).get("/logga-in", 200)
    line = lines(capsys)[-1]
    assert line["request_id"] == page.headers["X-Request-Id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/logga-in", 200)
    assert line["endpoint"] == "auth.sign_in"


def test_a_line_is_written_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pieces(io.StringIO):
        def write(self, piece: str) -> int:
            pieces.append(piece)
            return len(piece)

    pieces: list[str] = []
    monkeypatch.setattr(sys, "stderr", Pieces())
    configure("INFO")
    for number in range(3):
        structlog.get_logger().info("tried", number=number)
    assert [json.loads(piece)["number"] for piece in pieces if piece.endswith("\n")] == [0, 1, 2]
    assert len(pieces) == 3


def test_a_line_of_a_library_is_json_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(logging.root, "handlers", [])
    configure("INFO")
    forged = 'no\n{"event": "signed_in"}'
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("some.library").warning("it said %s", forged, exc_info=True)
    structlog.get_logger().info("tried")
    assert isinstance(sys.stderr, io.StringIO)
    library, ours = [json.loads(line) for line in sys.stderr.getvalue().splitlines()]
    assert (library["logger"], library["level"]) == ("some.library", "warning")
    assert library["event"] == f"it said {forged}"
    assert "ValueError" in library["exception"]
    for line in (library, ours):
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)


def test_a_links_secret_and_a_callbacks_code_are_in_no_line(
    chatty: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    link = invite(chatty)
    browser = Browser.open(chatty)
    browser.get(address(link))
    browser.get("/k/nobodys-secret/more")
    browser.get("/K/nobodys-secret.")
    browser.get("/medgivanden/nobodys-secret/more")
    browser.get("/visma/callback?code=the-code&state=the-state")
    written = capsys.readouterr()
    for secret in (link.secret, "nobodys-secret", "the-code", "the-state"):
        assert secret not in written.err + written.out
    assert '"path": "/k/…"' in written.err
    assert '"path": "/medgivanden/…"' in written.err


def test_a_mistake_outside_every_handler_is_logged_without_the_secret(
    chatty: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    def fall(_response: object) -> None:
        raise RuntimeError("after the answer")

    chatty.after_request(fall)
    assert chatty.test_client().get("/k/nobodys-secret").status_code == 500
    written = capsys.readouterr()
    assert "after the answer" in written.err
    assert "nobodys-secret" not in written.err + written.out


def test_a_line_says_which_account_or_key_asked(
    cast: Cast, session: Session, chatty: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    Browser.open(chatty, cast.owner).get("/foretag", 200)
    assert lines(capsys)[-1]["user"] == cast.owner.public_id
    made = api_keys.create(session, cast.firm, "Analys", None)
    Platform(chatty.test_client(), made.secret).get("/companies", 200)
    line = lines(capsys)[-1]
    assert line["api_key"] == made.key.public_id
    assert "user" not in line
    Browser.open(chatty).get("/logga-in", 200)
    assert {"user", "api_key"}.isdisjoint(lines(capsys)[-1])


@pytest.mark.parametrize(
    "way", ["/kvitto/nr/../", "/kvitto/nr/", "/koppla/", "/sv/k/", "/", "/api/v1/companies/kg_"]
)
def test_a_secret_is_in_no_line_wherever_it_was_pasted(
    chatty: Flask, capsys: pytest.CaptureFixture[str], way: str
) -> None:
    secret = new_secret()
    chatty.test_client().get(f"{way}{secret}")
    line = lines(capsys)[-1]
    assert line["event"] == "request"
    assert secret not in str(line)


def test_an_id_is_in_the_line(chatty: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"/foretag/{public_id()}/verifikat/{uuid4()}/{uuid4()}/dokument/invoice-{uuid4()}"
    chatty.test_client().get(path)
    assert lines(capsys)[-1]["path"] == path
