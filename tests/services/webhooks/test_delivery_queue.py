"""Webhooks on their way: signed, in order, at least once, by any number of workers that may be killed."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.receiver import Receiver
from tests.support.webhooks import DeliverTo, Happen, Register, waiting
from wizard.jobs.worker import work
from wizard.models import WebhookMessage
from wizard.services.webhooks import delivery_queue


class KilledError(BaseException):
    """What a test raises where a process would be killed."""


def test_everything_comes_in_the_order_it_happened_and_once(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    happen: Happen,
    deliver_to: DeliverTo,
    session: Session,
) -> None:
    known = register(receiver, cast.firm)
    happen(7)
    deliver_to(known)
    deliver_to(known)
    assert receiver.sequences == [1, 2, 3, 4, 5, 6, 7]
    assert receiver.types[:2] == ["connection.disturbed", "connection.restored"]
    assert len(set(receiver.ids)) == 7
    assert waiting(session) == 0


def test_what_has_gathered_is_numbered_some_at_a_turn_in_the_same_order(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    happen: Happen,
    deliver_to: DeliverTo,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery_queue, "NUMBERED", 2)
    known = register(receiver, cast.firm)
    happen(7)
    in_order = select(WebhookMessage.public_id).order_by(WebhookMessage.id)
    deliver_to(known)
    assert receiver.sequences == [1, 2, 3, 4, 5, 6, 7]
    assert receiver.ids == [f"msg_{public_id}" for public_id in session.scalars(in_order)]


def test_killed_before_and_after_it_was_sent_it_goes_again_with_the_same_id(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = register(receiver, cast.firm)
    happen(2)

    def killed(*_: object) -> None:
        raise KilledError

    for doomed in (
        "wizard.webhooks.posting.Poster.post",
        "wizard.services.webhooks.delivery_queue.settle",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(doomed, killed)
            with pytest.raises(KilledError):
                deliver_to(known)
        deliver_to(known)  # the dead one's claim holds
        session.refresh(known)
        known.claimed_until = None  # as after a minute
        session.commit()
    assert receiver.sequences == [1]
    deliver_to(known)
    assert receiver.sequences == [1, 1, 2]
    assert len(set(receiver.ids)) == 2


def test_the_sweep_takes_up_what_every_job_has_forgotten(
    app: Flask,
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
) -> None:
    register(receiver, cast.firm)
    happen(1)
    session.connection().exec_driver_sql("delete from procrastinate.procrastinate_jobs")
    session.commit()
    assert delivery_queue.take_up_due(session) == 1
    work(app, wait=False)
    assert receiver.sequences == [1]
    assert delivery_queue.take_up_due(session) == 0


def test_many_workers_send_each_message_once_and_one_at_a_time(
    app: Flask,
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    happen(40)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(deliver_to, [known] * 16))
    deliver_to(known)
    assert receiver.sequences == list(range(1, 41))
    assert receiver.most_at_once == 1
    assert waiting(session) == 0
