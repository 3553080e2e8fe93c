"""Receivers of webhooks and their secrets, which are changed without a message lost."""

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.receiver import Receiver
from tests.support.webhooks import DeliverTo, Happen, Register
from wizard.extensions import vault
from wizard.models import WebhookReceiver, now
from wizard.services.webhooks import receivers, webhook_log


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
        receivers.rotate(session, vault, known)
        newer = receivers.show_secret(session, vault, known) or ""
        with pytest.raises(receivers.RotatingError):
            receivers.rotate(session, vault, known)
    assert newer != earlier
    for secret in (earlier, newer):
        receiver.secret = secret
        happen(1)
        deliver_to(known)
    with time_machine.travel(now() + receivers.OVERLAP, tick=True):
        for secret in (earlier, newer):
            receiver.secret = secret
            happen(1)
            deliver_to(known)
    refused = [received.refused for received in receiver.requests]
    assert refused == [None, None, "No matching signature found", None]


def test_an_earlier_secret_is_deleted_when_its_day_is_over(
    app: Flask, cast: Cast, session: Session, receiver: Receiver, register: Register
) -> None:
    known = register(receiver, cast.firm)
    with app.app_context():
        receivers.rotate(session, vault, known)
    webhook_log.forget_receivers(session)
    session.refresh(known)
    assert known.earlier_secret
    with time_machine.travel(now() + receivers.OVERLAP, tick=True):
        webhook_log.forget_receivers(session)
    session.expire_all()
    found = session.scalars(select(WebhookReceiver)).one()
    assert [found.earlier_secret, found.earlier_until] == [None, None]
    assert found.secret
