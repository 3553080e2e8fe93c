"""Old and new code at once: the last release's web and worker on the schema of now, beside ours."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.measures.kill_load import Load
from tests.support import earlier_code
from tests.support.aftermath import all_stored, all_work, refresh_by_the_worker, until
from tests.support.ports import free_port
from tests.support.programs import WORKER, program, web
from tests.support.standin import StandIn
from wizard.models import Connection, ConnectionStatus
from wizard.services.desk import keeping
from wizard.services.upkeep import heartbeat

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("upgrade")]
PATIENCE = 90.0


@dataclass(frozen=True)
class Both:
    """The old web and worker, and the new web, at one database; each web by its address."""

    app: Flask
    old: str
    new: str
    log: Path


@pytest.fixture
def both(
    make_app: Callable[..., Flask],
    database_url: str,
    catalogues: None,
    visma: StandIn,
    tmp_path: Path,
) -> Iterator[Both]:
    """They run, and answer that they can."""
    folder, log = tmp_path / "old", tmp_path / "log"
    folder.mkdir()
    earlier_code.unpack(earlier_code.last_release(), folder)
    ports = free_port(), free_port()
    old, new = (f"http://localhost:{port}" for port in ports)
    shared = {
        "database_url": database_url,
        **visma.settings,
        "visma_redirect_uri": visma.redirect_uris[0],
    }
    app = make_app(**shared, public_url=new)
    with ExitStack() as running:
        words = web(ports[0], 8)
        running.enter_context(program(words, log, folder, **shared, public_url=old))
        running.enter_context(program(WORKER, log, folder, **shared, public_url=old))
        running.enter_context(program(web(ports[1], 8), log, **shared, public_url=new))
        for url in (old, new):
            _until_ready(url, log)
        with app.extensions["sessions"]() as session:
            until(lambda: _workers(session) == 1)
        yield Both(app, old, new, log)
    with app.extensions["sessions"]() as session:
        while keeping.sort_marked(
            session
        ):  # as the new worker does of what the old code has written
            pass


def _workers(session: Session) -> int:
    session.rollback()
    return heartbeat.pulse(session).workers


@pytest.mark.parametrize("first", ["old", "new"])
def test_what_one_version_connects_the_other_reads_and_refreshes(
    both: Both, visma: StandIn, first: str
) -> None:
    urls = {"old": both.old, "new": both.new}
    Load(both.app, visma, urls.pop(first), random.Random(1))._approve()  # noqa: SLF001
    with both.app.extensions["sessions"]() as session:
        until(lambda: session.rollback() or _active(session))
        [connection_id] = session.scalars(select(Connection.id)).all()
    [other] = urls.values()
    reader = Load(both.app, visma, other, random.Random(1)).reader(connection_id)
    assert reader() == "read"
    refreshed = visma.counters().get("refreshed", 0)
    refresh_by_the_worker(both.app, [connection_id])  # the worker is the old one
    until(lambda: visma.counters().get("refreshed", 0) > refreshed)
    until(lambda: all_stored(both.app, [connection_id]))
    all_work(both.app, visma, [connection_id])
    assert "Traceback" not in both.log.read_text()


def _active(session: Session) -> bool:
    found = session.scalars(select(Connection.status)).all()
    return bool(found == [ConnectionStatus.ACTIVE])


def _until_ready(url: str, log: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            answer = requests.get(f"{url}/healthz", timeout=PATIENCE)
        except requests.ConnectionError:
            pass
        else:
            if answer.status_code == 200:
                return
            assert "Databasens schema" not in answer.text, answer.text
        assert time.monotonic() < ends, log.read_text()
        time.sleep(0.2)
