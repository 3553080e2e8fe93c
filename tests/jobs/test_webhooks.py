"""Slow receivers take no more of the worker than their share."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.receiver import Receiver
from tests.support.webhooks import Happen, Register, connect
from wizard.jobs import webhooks as jobs
from wizard.jobs.slots import Slots
from wizard.jobs.worker import work
from wizard.models import Connection
from wizard.services.webhooks import delivery_queue


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application, allowed to speak to this computer."""
    return make_app(webhook_local=True)


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """The company's connection."""
    return connect(session, cast.company)


def test_slow_receivers_leave_room_in_the_worker_for_other_work(
    app: Flask,
    session: Session,
    cast: Cast,
    receiver: Receiver,
    register: Register,
    happen: Happen,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(receiver, cast.firm)
    happen(1)
    slots = Slots(1)
    monkeypatch.setattr(jobs, "WEBHOOKS", slots)
    with slots.one():  # as if as many as may be were being spoken to
        work(app, wait=False)
    assert receiver.requests == []
    later = "select count(*) from procrastinate.procrastinate_jobs where scheduled_at is not null and status = 'todo' and task_name = 'deliver_webhooks'"
    assert session.connection().exec_driver_sql(later).scalar_one() >= 1
    session.rollback()
    delivery_queue.take_up_due(session)
    work(app, wait=False)
    assert receiver.sequences == [1]
