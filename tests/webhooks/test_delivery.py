"""Webhooks on their way: signed, in order, at least once, by any number of workers that may be killed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.receiver import Received, Receiver
from tests.transactions import Statements
from tests.webhooks.conftest import DeliverTo, Happen, Register, connect, waiting
from wizard.extensions import vault
from wizard.jobs import webhooks as jobs
from wizard.jobs.worker import work
from wizard.models import (
    Connection,
    EventKind,
    WebhookAttempt,
    WebhookMessage,
    WebhookOutcome,
    WebhookType,
    now,
)
from wizard.services import webhook_delivery, webhook_receivers
from wizard.services.history import record
from wizard.web.carrying import carrier
from wizard.webhooks import delivery


class KilledError(BaseException):
    """What a test raises where a process would be killed."""


def test_an_event_is_told_by_the_background_signed_and_without_names(
    app: Flask,
    session: Session,
    cast: Cast,
    connection: Connection,
    receiver: Receiver,
    register: Register,
) -> None:
    register(receiver, cast.firm)
    kind = EventKind.RENEWAL_NEEDED
    record(session, kind, connection=connection, cause="consent_ended", note="Olga bytte lösenord")
    session.commit()
    work(app, wait=False)
    (received,) = receiver.requests
    assert received.refused is None
    assert received.headers[":path"] == "/mottagare?plats=1"
    assert received.headers["content-type"] == "application/json"
    body = received.body
    assert body == {
        "version": 1,
        "id": received.id,
        "type": "connection.renewal_needed",
        "timestamp": body["timestamp"],
        "sequence": 1,
        "data": {
            "company_id": cast.company.public_id,
            "connection_id": connection.public_id,
            "status": "renewal_needed",
            "cause": "consent_ended",
            "renewal_page": f"http://localhost/foretag/{cast.company.public_id}/ladda-upp-data",
        },
    }
    for name in (cast.company.name, cast.company.organisation_number, "Frida", "Olga", "Byrån"):
        assert name not in received.raw.decode()


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
    monkeypatch.setattr(webhook_delivery, "NUMBERED", 2)
    known = register(receiver, cast.firm)
    happen(7)
    in_order = select(WebhookMessage.public_id).order_by(WebhookMessage.id)
    deliver_to(known)
    assert receiver.sequences == [1, 2, 3, 4, 5, 6, 7]
    assert receiver.ids == [f"msg_{public_id}" for public_id in session.scalars(in_order)]


def test_another_firms_events_never_come(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    with Receiver.start() as theirs:
        known, other = register(receiver, cast.firm), register(theirs, cast.other_firm)
        happen(1)
        foreign = connect(session, cast.other_company)
        record(session, EventKind.DISTURBED, connection=foreign)
        session.commit()
        deliver_to(known)
        deliver_to(other)
        assert [each.body["data"]["company_id"] for each in receiver.requests] == [
            cast.company.public_id
        ]
        assert [each.body["data"]["company_id"] for each in theirs.requests] == [
            cast.other_company.public_id
        ]


def test_a_receiver_is_told_only_what_it_asked_for(
    receiver: Receiver, register: Register, cast: Cast, happen: Happen, deliver_to: DeliverTo
) -> None:
    known = register(receiver, cast.firm, (WebhookType.CONNECTION_RESTORED,))
    happen(4)
    deliver_to(known)
    assert receiver.types == ["connection.restored"] * 2
    assert receiver.sequences == [1, 2]


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
        "wizard.services.webhook_delivery.settle",
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
    assert webhook_delivery.take_up_due(session) == 1
    work(app, wait=False)
    assert receiver.sequences == [1]
    assert webhook_delivery.take_up_due(session) == 0


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


def test_a_turn_ends_and_the_rest_is_left_to_the_next(
    app: Flask,
    receiver: Receiver,
    register: Register,
    cast: Cast,
    happen: Happen,
    deliver_to: DeliverTo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "TURN_SECONDS", 0.0)
    known = register(receiver, cast.firm)
    happen(3)
    deliver_to(known)
    assert receiver.sequences == [1]
    for _ in range(2):  # a worker that looks while a turn ends may find nothing more to do
        work(app, wait=False)
    assert receiver.sequences == [1, 2, 3]


def test_while_a_secret_is_changed_both_sign_and_then_only_the_new_one(
    app: Flask,
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    earlier = receiver.secret
    with app.app_context():
        webhook_receivers.rotate(session, vault, known)
        newer = webhook_receivers.show_secret(session, vault, known) or ""
        with pytest.raises(webhook_receivers.RotatingError):
            webhook_receivers.rotate(session, vault, known)
    assert newer != earlier
    for secret in (earlier, newer):
        receiver.secret = secret
        happen(1)
        deliver_to(known)
    with time_machine.travel(now() + webhook_receivers.OVERLAP, tick=True):
        for secret in (earlier, newer):
            receiver.secret = secret
            happen(1)
            deliver_to(known)
    refused = [received.refused for received in receiver.requests]
    assert refused == [None, None, "No matching signature found", None]


def test_without_a_receiver_an_event_costs_one_statement(
    session: Session, connection: Connection, statements: Callable[[], Statements]
) -> None:
    with statements() as sent:
        record(session, EventKind.DISTURBED, connection=connection)
        session.commit()
    assert len([statement for statement in sent if "webhook" in statement]) == 1
    with statements() as sent:
        record(session, EventKind.CHECKED_BY_HAND, connection=connection)
        session.commit()
    assert not [statement for statement in sent if "webhook" in statement]


def test_what_was_rolled_back_is_told_to_nobody(
    app: Flask,
    session: Session,
    cast: Cast,
    connection: Connection,
    receiver: Receiver,
    register: Register,
) -> None:
    register(receiver, cast.firm)
    record(session, EventKind.DISTURBED, connection=connection)
    session.rollback()
    work(app, wait=False)
    assert receiver.requests == []


def test_events_of_two_transactions_at_once_wait_for_neither(
    app: Flask,
    session: Session,
    cast: Cast,
    connection: Connection,
    receiver: Receiver,
    register: Register,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    sessions = app.extensions["sessions"]
    with sessions() as first, sessions() as second:
        for each in (first, second):
            each.connection().exec_driver_sql("set local lock_timeout = '1s'")
            record(each, EventKind.DISTURBED, connection=connection)
            each.flush()
        second.commit()
        deliver_to(known)
        first.commit()
    deliver_to(known)
    assert receiver.sequences == [1, 2]


def test_a_test_is_sent_now_signed_and_logged_outside_the_order(
    app: Flask,
    session: Session,
    cast: Cast,
    receiver: Receiver,
    register: Register,
) -> None:
    known = register(receiver, cast.firm)
    receiver.answers = lambda _received: (202, b"tack\n<b>")
    with app.app_context():
        answer = delivery.try_out(session, carrier(), known)
    assert (answer.outcome, answer.status) == (WebhookOutcome.TAKEN, 202)
    (received,) = receiver.requests
    assert received.refused is None
    assert (received.body["type"], received.body["sequence"]) == ("test", None)
    attempt = session.scalars(select(WebhookAttempt)).one()
    assert (attempt.message_id, attempt.excerpt) == (None, "tack <b>")
    assert known.last_sequence == 0


def test_no_transaction_is_open_while_a_receiver_is_spoken_to(
    app: Flask,
    session: Session,
    cast: Cast,
    receiver: Receiver,
    register: Register,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    happen(2)
    held: list[int] = []

    def look(_received: Received) -> int:
        held.append(app.extensions["engine"].pool.checkedout())
        return 200

    receiver.answers = look
    deliver_to(known)
    with app.app_context():
        delivery.try_out(session, carrier(), known)
    assert held == [0, 0, 0]


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
    monkeypatch.setattr(jobs, "_slots", BoundedSemaphore(1))
    with jobs._slots:  # noqa: SLF001 -- as if four were being spoken to
        work(app, wait=False)
    assert receiver.requests == []
    later = "select count(*) from procrastinate.procrastinate_jobs where scheduled_at is not null and status = 'todo' and task_name = 'deliver_webhooks'"
    assert session.connection().exec_driver_sql(later).scalar_one() >= 1
    session.rollback()
    webhook_delivery.take_up_due(session)
    work(app, wait=False)
    assert receiver.sequences == [1]


def test_four_hundred_at_once_cost_one_look_each_and_are_stored_in_lumps(
    session: Session,
    cast: Cast,
    connection: Connection,
    receiver: Receiver,
    register: Register,
    statements: Callable[[], Statements],
) -> None:
    register(receiver, cast.firm)
    with statements() as sent:  # those of the queue, one for each, go by its own driver
        for _ in range(400):
            record(session, EventKind.DISTURBED, connection=connection)
        session.commit()
    assert len(sent) <= 400 + 20
    assert waiting(session) == 400
