"""The programs in the papers do what the papers say, as processes of their own over HTTP."""

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
import requests
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from tests.support.api_client import Platform
from tests.support.books import BookReader
from tests.support.ports import free_port
from tests.support.standin import StandIn
from wizard.models import Connection, Firm, WebhookOutcome, WebhookType, now
from wizard.webhooks.messages import message
from wizard.webhooks.posting import Poster

PAPER = Path(__file__).parents[1] / "docs" / "platform.md"
NUMBER = "559900-1079"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECONDS = 60


def _program(place: int, folder: Path) -> Path:
    found = re.findall(r"```python\n(.*?)```", PAPER.read_text(), re.DOTALL)
    path = folder / "program.py"
    path.write_text(found[place])
    return path


@pytest.fixture
def environment(visma_app: Flask, visma: StandIn, database: Session) -> Iterator[dict[str, str]]:
    """The wizard as a server, and a key to a firm with a connected company."""
    reader = BookReader.connect(visma_app, visma)
    connection = database.get_one(Connection, reader.connection_id)
    platform = Platform.of(visma_app, database, database.get_one(Firm, connection.firm_id))
    server = make_server("127.0.0.1", 0, visma_app, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    yield os.environ | {"KOPPLINGSGUIDEN_URL": url, "KOPPLINGSGUIDEN_KEY": platform.secret or ""}
    server.shutdown()


def _run(
    folder: Path, environment: dict[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, str(_program(0, folder)), *arguments]
    return subprocess.run(
        program,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def test_the_documents_of_a_voucher_are_saved(tmp_path: Path, environment: dict[str, str]) -> None:
    done = _run(tmp_path, environment, NUMBER, "A", "2")
    assert (done.returncode, done.stderr) == (0, "")
    saved = list(tmp_path.glob("*-A2-*.pdf"))
    assert saved
    assert all(path.read_bytes().startswith(b"%PDF-") for path in saved)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("556036-0793", "A", "2"), "The firm has no company with the number 556036-0793."),
        (("12", "A", "2"), "invalid"),
        ((NUMBER, "A", "9999"), "No year has a voucher A9999 with documents."),
        ((NUMBER,), "Write: "),
    ],
)
def test_what_cannot_be_found_ends_in_a_sentence(
    tmp_path: Path, environment: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    done = _run(tmp_path, environment, *arguments)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert sentence in done.stderr


@contextmanager
def _listening(folder: Path) -> Iterator[str]:
    port = free_port()
    given = os.environ | {"WEBHOOK_SECRET": SECRET, "PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, str(_program(1, folder))],
        cwd=folder,
        env=given,
        stderr=subprocess.DEVNULL,
    ) as process:
        url = f"http://127.0.0.1:{port}/"
        try:
            _until_it_answers(url)
            yield url
        finally:
            process.kill()


def _until_it_answers(url: str) -> None:
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        try:
            requests.get(url, timeout=SECONDS)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def test_the_receiver_stores_each_message_once_and_refuses_others(tmp_path: Path) -> None:
    made = message("4h7kxw2m9pqr8tzn", WebhookType.TEST, now(), None, {}, [SECRET], str)
    poster = Poster(local=True)
    with _listening(tmp_path) as url:
        outcomes = [poster.post(url, made.headers, made.body).outcome for _ in range(2)]
        forged = poster.post(url, made.headers, made.body.replace(b"test", b"tset"))
    assert outcomes == [WebhookOutcome.TAKEN] * 2
    assert (forged.outcome, forged.status) == (WebhookOutcome.REFUSED, 400)
    rows = sqlite3.connect(tmp_path / "webhooks.sqlite3").execute("select id from messages")
    assert rows.fetchall() == [("msg_4h7kxw2m9pqr8tzn",)]
