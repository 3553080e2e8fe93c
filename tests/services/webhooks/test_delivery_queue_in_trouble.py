"""Receivers that are down for a day, slow, half broken, gone or dead: they get everything, and hold up nobody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event as Signal

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.mail_server import MailServer, html_of, send_due, text_of
from tests.support.receiver import Received, Receiver
from tests.support.webhooks import PATIENCE, DeliverTo, Happen, Register, waiting
from wizard.extensions import database
from wizard.models import PauseReason, now
from wizard.services.webhooks import receivers
from wizard.webhooks.sending import deliver
from wizard.wiring.webhooks import delivery_context

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def live_through(
    start: datetime, lasting: timedelta, step: timedelta, act: Callable[[], None]
) -> datetime:
    """Let time pass step by step, doing something at each; the moment at the end."""
    moment = start
    while moment < start + lasting:
        moment += step
        with time_machine.travel(moment, tick=True):
            act()
    return moment


def test_down_for_a_day_it_gets_everything_in_order_and_each_once(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    taken: list[str] = []

    def up(received: Received) -> int:
        taken.append(received.id)
        return 204

    receiver.answers = lambda _received: 503
    start = now()

    def an_hour() -> None:
        happen(1)
        deliver_to(known)

    end = live_through(start, timedelta(days=1), HOUR, an_hour)
    tries = len(receiver.requests)
    assert tries <= 25, "a receiver that is down is not hammered"
    assert waiting(session) == 24
    receiver.answers = up
    receiver.requests.clear()
    live_through(end, 3 * HOUR, timedelta(minutes=40), lambda: deliver_to(known))
    assert sorted(receiver.sequences) == list(range(1, 25))
    assert len(taken) == len(set(taken)) == 24
    assert receiver.sequences[1:] == sorted(receiver.sequences[1:])
    assert all(each.refused is None for each in receiver.requests)


@pytest.mark.parametrize(("asked", "kept"), [(7 * HOUR, 7 * HOUR), (3 * DAY, DAY)])
@pytest.mark.parametrize("as_date", [True, False])
def test_a_receiver_that_asks_to_be_left_alone_is_until_then(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    happen: Happen,
    deliver_to: DeliverTo,
    asked: timedelta,
    kept: timedelta,
    as_date: bool,
) -> None:
    known = register(receiver, cast.firm)
    start = now()
    until = format_datetime((start + asked).astimezone(UTC), usegmt=True)
    receiver.headers = {"Retry-After": until if as_date else str(round(asked.total_seconds()))}
    receiver.answers = lambda _received: 503
    happen(2)
    for share in (0.0001, 0.1, 0.5, 0.9, 0.99):
        with time_machine.travel(start + share * kept, tick=True):
            deliver_to(known)
        assert receiver.sequences == [1], share
    receiver.answers, receiver.headers = (lambda _received: 204), {}
    with time_machine.travel(start + kept + timedelta(minutes=5), tick=True):
        deliver_to(known)
    assert receiver.sequences == [1, 1, 2]


def test_answering_500_half_of_the_time_it_gets_everything_in_order_told_apart_by_id(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    turns: list[Received] = []

    def half(received: Received) -> int:
        turns.append(received)
        return 500 if len(turns) % 2 else 200

    receiver.answers = half
    happen(20)
    live_through(now(), timedelta(minutes=3), timedelta(seconds=6), lambda: deliver_to(known))
    assert waiting(session) == 0
    assert list(dict.fromkeys(receiver.sequences)) == list(range(1, 21))
    assert receiver.sequences == sorted(receiver.sequences)
    assert len(set(receiver.ids)) == 20
    bodies = {received.id: received.raw for received in receiver.requests}
    assert all(bodies[received.id] == received.raw for received in receiver.requests)


def test_taken_but_answered_in_error_it_comes_again_with_the_same_id(
    receiver: Receiver, register: Register, cast: Cast, happen: Happen, deliver_to: DeliverTo
) -> None:
    known = register(receiver, cast.firm)
    receiver.answers = lambda _received: 500
    happen(1)
    began = now()
    with time_machine.travel(began, tick=False):
        deliver_to(known)
        deliver_to(known)  # it rests
    receiver.answers = lambda _received: 200
    with time_machine.travel(began + timedelta(seconds=6), tick=True):
        deliver_to(known)
    first, second = receiver.requests
    assert first.id == second.id
    assert first.raw == second.raw
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert second.refused is None


def test_a_message_it_never_takes_lets_the_others_past(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    receiver.answers = lambda received: 500 if received.body["sequence"] == 1 else 200
    happen(10)
    live_through(now(), timedelta(hours=2), timedelta(minutes=5), lambda: deliver_to(known))
    assert waiting(session) == 1
    assert [number for number in receiver.sequences if number != 1] == list(range(2, 11))
    assert receiver.sequences.count(1) <= 6


def test_what_is_gone_is_paused_at_once_and_keeps_what_happens(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    receiver.answers = lambda _received: 410
    happen(2)
    deliver_to(known)
    session.refresh(known)
    assert known.paused_why is PauseReason.GONE
    happen(2)
    deliver_to(known)
    assert len(receiver.requests) == 1
    receiver.answers = lambda _received: 200
    receiver.requests.clear()
    receivers.resume(session, known)
    deliver_to(known)
    assert receiver.sequences == [1, 2, 3, 4]


def test_what_takes_nothing_for_three_days_is_paused_and_loses_nothing(
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    deliver_to: DeliverTo,
    capfd: pytest.CaptureFixture[str],
) -> None:
    known = register(receiver, cast.firm)
    receiver.answers = lambda _received: 500
    happen(3)
    end = live_through(now(), timedelta(days=4), timedelta(hours=3), lambda: deliver_to(known))
    session.refresh(known)
    assert known.paused_why is PauseReason.DEAD
    assert "webhook_receiver_paused" in "".join(capfd.readouterr())
    happen(1)
    receiver.answers = lambda _received: 200
    receiver.requests.clear()
    with time_machine.travel(end, tick=True):
        receivers.resume(session, known)
        deliver_to(known)
    assert receiver.sequences == [1, 2, 3, 4]
    assert waiting(session) == 0


def test_one_that_is_slow_holds_nobody_else_up(
    app: Flask,
    receiver: Receiver,
    register: Register,
    cast: Cast,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    let_go = Signal()
    with Receiver.start() as slow:

        def slowly(_received: Received) -> int:
            let_go.wait(PATIENCE / 2)
            return 200

        slow.answers = slowly
        held, quick = register(slow, cast.firm), register(receiver, cast.firm)
        happen(5)
        with ThreadPoolExecutor(1) as pool:
            being_sent = pool.submit(deliver_to, held)
            deliver_to(quick)
            assert receiver.sequences == [1, 2, 3, 4, 5]
            assert not being_sent.done()
            let_go.set()
            being_sent.result()
        assert slow.sequences == [1, 2, 3, 4, 5]


def test_an_unreadable_secret_lets_the_receiver_rest_and_is_reported(
    make_app: Callable[..., Flask],
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
    capfd: pytest.CaptureFixture[str],
) -> None:
    known = register(receiver, cast.firm)
    happen(1)
    other = make_app(webhook_local=True, token_keys="t2:" + "QUFB" * 10 + "QUE=")
    with other.app_context():
        deliver(database.sessions, delivery_context(), known.id)
    assert receiver.requests == []
    assert "webhook_secret_unreadable" in "".join(capfd.readouterr())
    session.refresh(known)
    assert known.rests_until
    assert waiting(session) == 1


def test_those_who_run_the_service_are_told_of_a_pause_and_else_the_firm(
    make_app: Callable[..., Flask],
    receiver: Receiver,
    register: Register,
    cast: Cast,
    session: Session,
    happen: Happen,
) -> None:
    receiver.answers = lambda _received: 410
    for operator, told in (("drift@example.com", "drift@example.com"), ("", "britta@example.com")):
        known = register(receiver, cast.firm)
        happen(1)
        with MailServer.start() as mail:
            app = make_app(webhook_local=True, operator_email=operator, **mail.settings)
            with app.app_context():
                deliver(database.sessions, delivery_context(), known.id)
            send_due(app)
            (letter,) = mail.to(told)
            page = f"http://localhost/admin/webhooks/{known.public_id}"
            assert "svarade att adressen inte används längre" in text_of(letter)
            assert page in text_of(letter)
            assert page in html_of(letter)
