"""An application that may send webhooks to this computer, a receiver, and what happens to a firm."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.connections import make_connection
from tests.receiver import Receiver
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
from wizard.services import invitations, webhook_receivers
from wizard.services.history import record
from wizard.services.webhook_receivers import SUBSCRIBABLE, Wishes
from wizard.web.carrying import carrier
from wizard.webhooks import delivery, posting
from wizard.webhooks.delivery import deliver

PATIENCE = 120.0
Happen = Callable[..., None]
Register = Callable[..., WebhookReceiver]
DeliverTo = Callable[[WebhookReceiver], None]


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application, allowed to speak to this computer."""
    return make_app(webhook_local=True)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine however slow, no turn and no call is over before it is done."""
    monkeypatch.setattr(delivery, "TURN_SECONDS", PATIENCE)
    for name in ("SECONDS", "NAME_SECONDS", "CONNECT_SECONDS"):
        monkeypatch.setattr(posting, name, PATIENCE)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    with Receiver.start() as receiver:
        yield receiver


@pytest.fixture
def register(app: Flask, session: Session) -> Register:
    """Makes a receiver known: `register(receiver, firm)`; it learns its secret."""

    def make(
        receiver: Receiver, firm: Firm, types: tuple[WebhookType, ...] = SUBSCRIBABLE
    ) -> WebhookReceiver:
        with app.app_context():
            wishes = Wishes(receiver.url, "Analys", list(types))
            made = webhook_receivers.create(session, vault, firm, wishes)
            receiver.secret = webhook_receivers.show_secret(session, vault, made) or ""
        return made

    return make


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """The company's connection."""
    return connect(session, cast.company)


def connect(session: Session, company: Company) -> Connection:
    """A connection of a company, without a line in the history."""
    link = invitations.activate(session, company, "visma", None, KeyPurpose.COPIED)
    return make_connection(session, link)


@pytest.fixture
def happen(session: Session, connection: Connection) -> Happen:
    """Lets the connection be disturbed and restored by turns: `happen(3)`."""
    kinds = (EventKind.DISTURBED, EventKind.RESTORED)
    turns = count()

    def happen_times(times: int = 1) -> None:
        for _ in range(times):
            record(session, kinds[next(turns) % 2], connection=connection)
            session.commit()

    return happen_times


@pytest.fixture
def deliver_to(app: Flask) -> DeliverTo:
    """Delivers what is due to a receiver, as the background would."""

    def deliver_now(known: WebhookReceiver) -> None:
        with app.app_context():
            deliver(database.sessions, carrier(), known.id)

    return deliver_now


def waiting(session: Session) -> int:
    """How many messages nobody has taken yet."""
    session.rollback()
    return (
        session.scalar(
            select(func.count())
            .select_from(WebhookMessage)
            .where(WebhookMessage.taken_at.is_(None))
        )
        or 0
    )
