"""Fixtures: a registered webhook receiver, and events of its firm.

A directory whose tests use them makes its `app` with `webhook_local=True`, and has a `connection`.
"""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.connections import make_connection
from tests.support.receiver import Receiver
from wizard.extensions import database, vault
from wizard.models import (
    Company,
    Connection,
    EventKind,
    Firm,
    KeyPurpose,
    WebhookMessage,
    WebhookReceiver,
    WebhookType,
)
from wizard.net import connections
from wizard.services.history import record
from wizard.services.invitations import lifecycle
from wizard.services.webhooks import receivers
from wizard.services.webhooks.receivers import SUBSCRIBABLE, Wishes
from wizard.webhooks import posting, sending
from wizard.webhooks.sending import deliver
from wizard.wiring.webhooks import delivery_context

PATIENCE = 120.0
Happen = Callable[..., None]
Register = Callable[..., WebhookReceiver]
DeliverTo = Callable[[WebhookReceiver], None]


@pytest.fixture
def webhook_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Extend the time limits, so that slow machines do not fail tests."""
    monkeypatch.setattr(sending, "TURN_SECONDS", PATIENCE)
    monkeypatch.setattr(posting, "SECONDS", PATIENCE)
    for name in ("NAME_SECONDS", "CONNECT_SECONDS"):
        monkeypatch.setattr(connections, name, PATIENCE)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that accepts everything."""
    with Receiver.start() as receiver:
        yield receiver


@pytest.fixture
def register(app: Flask, session: Session) -> Register:
    """Registers a receiver and gives it its secret: `register(receiver, firm)`."""

    def make(
        receiver: Receiver, firm: Firm, types: tuple[WebhookType, ...] = SUBSCRIBABLE
    ) -> WebhookReceiver:
        with app.app_context():
            wishes = Wishes(receiver.url, "Analys", list(types))
            made = receivers.create(session, vault, firm, wishes)
            receiver.secret = receivers.show_secret(session, vault, made) or ""
        return made

    return make


def connect(session: Session, company: Company) -> Connection:
    """A connection of a company, without events."""
    link = lifecycle.activate(session, company, "visma", None, KeyPurpose.COPIED)
    return make_connection(session, link)


@pytest.fixture
def happen(session: Session, connection: Connection) -> Happen:
    """Lets the connection be disturbed and restored alternately: `happen(3)`."""
    kinds = (EventKind.DISTURBED, EventKind.RESTORED)
    turns = count()

    def happen_times(times: int = 1) -> None:
        for _ in range(times):
            record(session, kinds[next(turns) % 2], connection=connection)
            session.commit()

    return happen_times


@pytest.fixture
def deliver_to(app: Flask) -> DeliverTo:
    """Delivers a receiver's due messages, as the worker would."""

    def deliver_now(known: WebhookReceiver) -> None:
        with app.app_context():
            deliver(database.sessions, delivery_context(), known.id)

    return deliver_now


def waiting(session: Session) -> int:
    """The number of undelivered messages."""
    session.rollback()
    return (
        session.scalar(
            select(func.count())
            .select_from(WebhookMessage)
            .where(WebhookMessage.taken_at.is_(None))
        )
        or 0
    )
