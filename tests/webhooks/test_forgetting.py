"""Messages, tries and secrets are kept for their time, and no longer."""

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.receiver import Receiver
from tests.webhooks.conftest import DeliverTo, Happen, Register
from wizard.extensions import database, vault
from wizard.models import WebhookAttempt, WebhookMessage, WebhookReceiver, now
from wizard.services import webhook_log, webhook_receivers


def test_old_messages_and_tries_are_forgotten_and_ended_receivers_with_them(
    app: Flask,
    cast: Cast,
    session: Session,
    receiver: Receiver,
    register: Register,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    happen(2)
    deliver_to(known)
    with app.app_context():
        webhook_receivers.rotate(session, vault, known)
        webhook_receivers.end(database.session, known)
    assert webhook_log.forget_old(session) == 0
    with time_machine.travel(now() + timedelta(days=31), tick=True):
        while webhook_log.forget_old(session):
            pass
        webhook_log.forget_receivers(session)
    assert session.scalars(select(WebhookMessage)).all() == []
    assert session.scalars(select(WebhookAttempt)).all() == []
    assert session.scalars(select(WebhookReceiver)).all() == []


def test_an_earlier_secret_is_deleted_when_its_day_is_over(
    app: Flask, cast: Cast, session: Session, receiver: Receiver, register: Register
) -> None:
    known = register(receiver, cast.firm)
    with app.app_context():
        webhook_receivers.rotate(session, vault, known)
    webhook_log.forget_receivers(session)
    session.refresh(known)
    assert known.earlier_secret
    with time_machine.travel(now() + webhook_receivers.OVERLAP, tick=True):
        webhook_log.forget_receivers(session)
    session.expire_all()
    found = session.scalars(select(WebhookReceiver)).one()
    assert [found.earlier_secret, found.earlier_until] == [None, None]
    assert found.secret
