"""Real processes: the receiver of docs/platform.md as it stands, and a worker that is killed while it delivers."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event as Signal

from flask import Flask
from sqlalchemy.orm import Session

from tests.conftest import SETTINGS
from tests.support.cast import Cast
from tests.support.papers import paper
from tests.support.ports import free_port
from tests.support.receiver import Received, Receiver
from tests.support.webhooks import DeliverTo, Happen, Register, waiting
from wizard.config import ROOT
from wizard.jobs.worker import work
from wizard.services.webhooks import delivery_queue, webhook_log

PATIENCE = 60.0


def until(happened: Callable[[], object]) -> None:
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, "it did not happen"


def answers_at(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextmanager
def papers_receiver(folder: Path, secret: str, port: int) -> Iterator[Callable[[], list[int]]]:
    """The program, running; it gives the numbers that it has stored."""
    (folder / "receiver.py").write_text(paper("docs/platform.md").program(1))
    environment = {**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)}
    command = [sys.executable, "receiver.py"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=quiet)

    def stored() -> list[int]:
        with sqlite3.connect(folder / "webhooks.sqlite3") as store:
            rows = store.execute("select sequence, body from messages order by rowid").fetchall()
        store.close()
        assert all(json.loads(body)["sequence"] == number for number, body in rows)
        return [number for number, _ in rows]

    try:
        until(lambda: answers_at(port))
        yield stored
    finally:
        process.kill()
        process.wait()


def test_the_papers_receiver_works_as_it_stands(
    session: Session,
    cast: Cast,
    happen: Happen,
    deliver_to: DeliverTo,
    register: Register,
    tmp_path: Path,
) -> None:
    port = free_port()
    stand_in = Receiver(f"http://127.0.0.1:{port}/")
    known = register(stand_in, cast.firm)
    with papers_receiver(tmp_path, stand_in.secret, port) as stored:
        happen(3)
        deliver_to(known)
        assert stored() == [1, 2, 3]
        session.refresh(known)
        assert webhook_log.replay_since(session, known, known.created_at) == 3
        deliver_to(known)
        assert waiting(session) == 0
        assert stored() == [1, 2, 3]
        other = register(stand_in, cast.firm)  # with a secret that this receiver has not
        happen(1)
        deliver_to(other)
        session.refresh(other)
        assert other.failures == 1
        assert stored() == [1, 2, 3]


def test_a_worker_killed_while_it_delivers_leaves_the_message_to_the_next(
    app: Flask,
    database_url: str,
    session: Session,
    cast: Cast,
    happen: Happen,
    receiver: Receiver,
    register: Register,
) -> None:
    known = register(receiver, cast.firm)
    happen(3)
    let_go = Signal()

    def hold(_received: Received) -> int:
        let_go.wait(PATIENCE)
        return 200

    receiver.answers = hold
    settings = {**SETTINGS, "database_url": database_url, "webhook_local": "true"}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")},
        **{f"WIZARD_{name.upper()}": str(value) for name, value in settings.items()},
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    until(lambda: receiver.requests)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    let_go.set()
    receiver.answers = lambda _received: 200
    session.refresh(known)
    assert known.claimed_until
    assert delivery_queue.take_up_due(session) == 0
    known.claimed_until = None  # as after a minute
    session.commit()
    assert delivery_queue.take_up_due(session) == 1
    work(app, wait=False)
    assert receiver.sequences == [1, 1, 2, 3]
    assert len(set(receiver.ids)) == 3
    assert all(received.refused is None for received in receiver.requests)
    assert waiting(session) == 0
