"""The worker as a real process: told to stop it finishes what it has in hand, and many do each thing once."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.conftest import SETTINGS
from tests.support.cast import Cast
from tests.support.mail_server import MailServer
from wizard.config import ROOT
from wizard.models import Firm, Letter, LetterKind, LetterStatus
from wizard.services import outbox
from wizard.services.upkeep import heartbeat

PATIENCE = 180.0  # seconds; only a worker that hangs takes them
Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server of its own, which may be slow."""
    with MailServer.start() as server:
        yield server


@pytest.fixture
def app(make_app: Callable[..., Flask], mail_server: MailServer) -> Flask:
    """The application, with that mail server."""
    return make_app(**mail_server.settings)


@pytest.fixture
def start(database_url: str, mail_server: MailServer, tmp_path: Path) -> Iterator[Start]:
    """Starts workers: `flask jobs work`, on the test's database."""
    given = {**SETTINGS, **mail_server.settings, "database_url": database_url, "log_level": "INFO"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")}
    settings = {f"WIZARD_{name.upper()}": str(value) for name, value in given.items()}
    started: list[subprocess.Popen[bytes]] = []

    def start_one() -> subprocess.Popen[bytes]:
        with (tmp_path / "log").open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "flask", "jobs", "work"],
                cwd=ROOT,
                env={**kept, **settings},
                stdout=log,
                stderr=log,
            )
        started.append(worker)
        return worker

    yield start_one
    for worker in started:
        if worker.poll() is None:
            worker.kill()
            worker.wait()


def until(happened: Callable[[], object]) -> None:
    """Ask again and again, until it has happened."""
    ends = monotonic() + PATIENCE
    while not happened():
        assert monotonic() < ends, "it did not happen"


def post(session: Session, cast: Cast, number: int) -> list[str]:
    """Letters in the outbox, to addresses of their own."""
    firm = session.get_one(Firm, cast.firm.id)
    addresses = [f"a{index}@example.com" for index in range(number)]
    for address in addresses:
        outbox.post_to_operator(session, LetterKind.NEEDS_US, address, topic="our_configuration")
    session.commit()
    assert firm
    return addresses


def sent(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Letter.status == LetterStatus.SENT)) or 0


def test_told_to_stop_it_finishes_the_job_in_hand_and_ends_well(
    session: Session, cast: Cast, mail_server: MailServer, start: Start
) -> None:
    in_hand, go_on = threading.Event(), threading.Event()

    def wait_for_us() -> None:
        in_hand.set()
        assert go_on.wait(PATIENCE)

    mail_server.on_data = wait_for_us
    post(session, cast, 1)
    worker = start()
    assert in_hand.wait(PATIENCE)
    worker.send_signal(signal.SIGTERM)
    go_on.set()
    assert worker.wait(PATIENCE) == 0
    assert sent(session) == len(mail_server.letters) == 1
    left = "select count(*) from procrastinate.procrastinate_jobs where status = 'doing'"
    assert session.scalar(text(left)) == 0
    assert heartbeat.pulse(session).workers == 0  # it has said good-bye


def test_two_workers_share_the_work_and_do_each_thing_once(
    session: Session, cast: Cast, mail_server: MailServer, start: Start
) -> None:
    workers = [start(), start()]
    until(lambda: _alive(session) == 2)
    addresses = post(session, cast, 30)
    until(lambda: sent(session) == len(addresses))
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(PATIENCE) for worker in workers] == [0, 0]
    assert [len(mail_server.to(address)) for address in addresses] == [1] * len(addresses)


def _alive(session: Session) -> int:
    session.rollback()
    return heartbeat.pulse(session).workers
