"""What was tried is kept for its time; a message is skipped, or sent again."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.receiver import Receiver
from tests.support.webhooks import DeliverTo, Happen, Register, waiting
from wizard.extensions import database, vault
from wizard.models import WebhookAttempt, WebhookMessage, WebhookReceiver, now
from wizard.services.webhooks import receivers, webhook_log


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
        receivers.rotate(session, vault, known)
        receivers.end(database.session, known)
    assert webhook_log.forget_old(session) == 0
    with time_machine.travel(now() + timedelta(days=31), tick=True):
        while webhook_log.forget_old(session):
            pass
        webhook_log.forget_receivers(session)
    assert session.scalars(select(WebhookMessage)).all() == []
    assert session.scalars(select(WebhookAttempt)).all() == []
    assert session.scalars(select(WebhookReceiver)).all() == []


def test_skip_tries_a_message_no_more_and_lets_it_be_sent_again(
    browser: Callable[..., Browser],
    cast: Cast,
    session: Session,
    receiver: Receiver,
    register: Register,
    happen: Happen,
    deliver_to: DeliverTo,
) -> None:
    known = register(receiver, cast.firm)
    at = f"/admin/webhooks/{known.public_id}"
    receiver.answers = lambda _received: 400
    happen(1)
    deliver_to(known)
    session.refresh(known)
    assert known.failures
    message = {"message": receiver.ids[0].removeprefix("msg_")}
    admin = browser(cast.admin)
    assert f"{at}/hoppa-over" in admin.get(at, 200).actions
    page = admin.follow(admin.post(f"{at}/hoppa-over", message, 303))
    assert "hoppas över" in page.words
    assert f"{at}/hoppa-over" not in page.actions
    session.refresh(known)
    assert [known.failures, known.failing_since, known.rests_until] == [0, None, None]
    page = admin.follow(admin.post(f"{at}/hoppa-over", message, 303))
    assert "väntar inte längre" in page.words
    receiver.answers = lambda _received: 204
    admin.post(f"{at}/skicka-igen", message, 303)
    deliver_to(known)
    assert len(receiver.ids) == 2
    browser(cast.owner).post(f"{at}/hoppa-over", message, 403)


def test_what_is_sent_again_by_hand_does_not_wait_for_the_rest(
    receiver: Receiver,
    register: Register,
    deliver_to: DeliverTo,
    cast: Cast,
    session: Session,
    happen: Happen,
) -> None:
    known = register(receiver, cast.firm)
    happen(1)
    receiver.answers = lambda _received: 500
    deliver_to(known)
    session.refresh(known)
    assert known.rests_until
    receiver.answers = lambda _received: 204
    assert webhook_log.replay(session, known, receiver.ids[0].removeprefix("msg_"))
    deliver_to(known)
    session.refresh(known)
    assert known.last_taken_at
    assert waiting(session) == 0
