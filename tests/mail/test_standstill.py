"""A mail server that takes the call and never answers stands in nobody's way."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.mail_server import SENDER
from tests.support.programs import WORKER, program
from wizard.jobs import slots
from wizard.mail import standstill
from wizard.mail.standstill import IN_VAIN, STOP_SECONDS, Standstill
from wizard.models import Letter, LetterKind, LetterStatus
from wizard.services import outbox

PATIENCE = 120.0
LETTERS = 40
SWEEPS = (
    "select count(*) from procrastinate.procrastinate_jobs where task_name = 'forget_rate_counts'"
)


@contextmanager
def mute() -> Iterator[tuple[int, list[socket.socket]]]:
    """A mail server's port, and whoever has called it: each is heard and never answered."""
    called: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:

        def listen() -> None:
            while True:
                try:
                    called.append(listening.accept()[0])
                except OSError:
                    return

        Thread(target=listen, daemon=True).start()
        yield listening.getsockname()[1], called
        listening.shutdown(socket.SHUT_RDWR)
    for each in called:
        each.close()


def test_letters_do_not_take_the_worker_and_stop_after_a_few(
    session: Session, cast: Cast, database_url: str, tmp_path: Path
) -> None:
    for number in range(LETTERS):
        to = f"a{number}@example.com"
        outbox.post_to_operator(session, LetterKind.NEEDS_US, to, topic="our_configuration")
    session.commit()
    with mute() as (port, called):
        settings = {
            "database_url": database_url,
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_security": "none",
            "mail_sender": SENDER,
        }
        with program(WORKER, tmp_path / "log", **settings):
            _until(lambda: len(called) == slots.LETTERS.number)
            # While they wait for an answer, other work is done.
            session.execute(
                text(
                    "insert into procrastinate.procrastinate_jobs (task_name, queue_name, args)"
                    " values ('forget_rate_counts', 'default', '{\"timestamp\": 0}')"
                )
            )
            session.commit()
            _until(lambda: _count(session, text(SWEEPS)) == 0)
            tried = select(func.count()).where(Letter.tries > 0, Letter.refusal.is_not(None))
            _until(lambda: _count(session, tried) == slots.LETTERS.number)
            time.sleep(20)  # one sweep at least
            assert len(called) == slots.LETTERS.number
            waiting = select(func.count()).where(Letter.status == LetterStatus.WAITING)
            assert _count(session, waiting) == LETTERS


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The seconds that a stop is counted in."""
    made = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(standstill, "time", SimpleNamespace(monotonic=lambda: made.seconds))
    return made


def test_a_stop_begins_after_some_in_a_row_and_ends_with_an_answer(clock: SimpleNamespace) -> None:
    stop = Standstill()

    def send(*answers: bool) -> bool:
        for answered in answers:
            assert stop.begin()
            stop.end(answered=answered)
        return stop.lasts

    assert not send(*[False] * (IN_VAIN - 1), True, *[False] * (IN_VAIN - 1))
    assert send(False)
    assert not stop.begin()
    clock.seconds += STOP_SECONDS
    assert send(False)  # one has tried
    clock.seconds += STOP_SECONDS
    assert not send(True, False)


def test_no_more_wait_for_a_silent_server_than_may_wait_in_vain(clock: SimpleNamespace) -> None:
    stop = Standstill()
    assert [stop.begin() for _ in range(IN_VAIN + 1)] == [True] * IN_VAIN + [False]
    stop.end(answered=False)
    assert not stop.begin()  # the others may have no answer either
    stop.end(answered=True)
    assert stop.begin()
    stop.end(answered=False)
    stop.end(answered=False)
    assert stop.begin()
    stop.end(answered=False)
    assert stop.lasts
    clock.seconds += STOP_SECONDS
    assert stop.begin()  # one tries anew
    assert not stop.begin()
    stop.end(answered=None)
    assert stop.begin()  # what ended otherwise is no longer under way


def test_each_kind_of_waiting_leaves_room_for_connections() -> None:
    kinds = (slots.LETTERS, slots.WEBHOOKS, slots.PROVIDERS, slots.BULK)
    assert slots.CONCURRENT_JOBS - sum(kind.number for kind in kinds) >= 6
    for kind in kinds:
        held = [kind.one() for _ in range(kind.number + 1)]
        assert [one.__enter__() for one in held] == [True] * kind.number + [False]
        for one in held:
            one.__exit__(None, None, None)
        with kind.one() as free:
            assert free


def _count(session: Session, asked: object) -> int:
    session.rollback()
    return int(session.scalar(asked) or 0)  # type: ignore[call-overload]


def _until(happened: object) -> None:
    assert callable(happened)
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.1)
