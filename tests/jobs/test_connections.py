"""The worker looks after connections: reads what is due, and refreshes what ends soon."""

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.minting import APPROVER, connect
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from wizard.jobs.worker import work
from wizard.models import Connection, ConnectionStatus, now
from wizard.services.concurrency.queue import enqueue
from wizard.services.connections import rounds

PATIENCE = 60.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A round waits for all that it has begun, on however slow a machine."""
    monkeypatch.setattr(rounds, "LINGER", PATIENCE)


def _round(app: Flask, job: str) -> None:
    with app.extensions["sessions"].begin() as session:
        enqueue(session, job, timestamp=0)
    work(app, wait=False)


def test_check_connections_reads_what_is_due(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, 2)
    before = now()
    _round(visma_app, "check_connections")
    found = database.scalars(select(Connection)).all()
    assert all(one.last_read_at > before for one in found)


def test_refresh_connections_notices_an_ended_grant_before_anybody_needs_it(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, 2, next_refresh_at=now())
    visma.happens("password_changed", APPROVER)
    _round(visma_app, "refresh_connections")
    with time_machine.travel(now() + LATER, tick=True):
        _round(visma_app, "refresh_connections")
    found = database.scalars(select(Connection)).all()
    assert {one.status for one in found} == {ConnectionStatus.RENEWAL_NEEDED}
