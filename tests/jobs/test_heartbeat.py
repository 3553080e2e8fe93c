"""The address of the heartbeat is asked while work is done, and its failure harms nobody."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from wizard.jobs.heartbeat import give_sign_of_life
from wizard.models import LetterKind
from wizard.services import outbox
from wizard.services.upkeep.heartbeat import LATE


@contextmanager
def listening(status: int) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/ping/secret?up=1", asked
        server.shutdown()


def give(app: Flask) -> None:
    with app.app_context():
        give_sign_of_life()


@pytest.mark.parametrize("status", [200, 503])
def test_it_is_asked_unless_work_is_late(
    make_app: Callable[..., Flask], session: Session, status: int
) -> None:
    with listening(status) as (url, asked):
        app = make_app(heartbeat_url=url)
        give(app)
        assert asked == ["/ping/secret?up=1"]
        outbox.post_to_operator(session, LetterKind.OUTAGE, "drift@example.com", topic="x")
        late = {"late": LATE.total_seconds() + 60}
        session.execute(
            text("update letters set due_at = now() - make_interval(secs => :late)"), late
        )
        session.commit()
        give(app)
        assert len(asked) == 1


def test_nobody_who_listens_is_waited_for(
    make_app: Callable[..., Flask], capfd: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    give(make_app(heartbeat_url="http://127.0.0.1:1/ping/secret", log_level="WARNING"))
    give(make_app())
    assert time.monotonic() - began < 12
    said = capfd.readouterr().err
    assert "heartbeat_not_given" in said
    assert "secret" not in said
