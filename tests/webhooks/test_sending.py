"""A message as its receiver gets it: signed, without names, at its turn."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.receiver import Received, Receiver
from tests.support.webhooks import DeliverTo, Happen, Register
from wizard.jobs.worker import work
from wizard.models import Connection, EventKind, WebhookAttempt, WebhookOutcome
from wizard.services.history import record
from wizard.webhooks import sending
from wizard.wiring.webhooks import delivery_context


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
            "move": "nobody",  # nothing but the event was written
        },
    }
    for name in (cast.company.name, cast.company.organisation_number, "Frida", "Olga", "Byrån"):
        assert name not in received.raw.decode()


def test_a_turn_ends_and_the_rest_is_left_to_the_next(
    app: Flask,
    receiver: Receiver,
    register: Register,
    cast: Cast,
    happen: Happen,
    deliver_to: DeliverTo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "TURN_SECONDS", 0.0)
    known = register(receiver, cast.firm)
    happen(3)
    deliver_to(known)
    assert receiver.sequences == [1]
    for _ in range(2):  # a worker that looks while a turn ends may find nothing more to do
        work(app, wait=False)
    assert receiver.sequences == [1, 2, 3]


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
        answer = sending.try_out(session, delivery_context(), known)
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
        sending.try_out(session, delivery_context(), known)
    assert held == [0, 0, 0]
