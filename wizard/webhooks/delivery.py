"""Delivering what waits for a receiver, message by message; and trying a receiver out."""

import time
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import WebhookReceiver, WebhookType, now, public_id
from wizard.services import webhook_delivery as service
from wizard.services.vault import SealBrokenError, Vault
from wizard.services.webhook_delivery import Answer, Parcel
from wizard.services.webhooks import wake
from wizard.webhooks.messages import Page, message
from wizard.webhooks.posting import Poster

TURN_SECONDS = 5.0  # then other receivers have theirs; a call begun within it may take ten more

log = structlog.get_logger()


@dataclass(frozen=True)
class Carrier:
    """What delivering takes; ``operator`` is mailed when a receiver is paused, where none is its firm."""

    vault: Vault
    poster: Poster
    page: Page
    operator: str = ""


def deliver(sessions: sessionmaker[Session], carrier: Carrier, receiver_id: int) -> None:
    """Send what is due to a receiver, one at a time, until nothing is or its turn is over.

    Killed at any moment, the message in hand is sent again within two minutes, with the same id.
    """
    ends = time.monotonic() + TURN_SECONDS
    with sessions() as session:
        while parcel := _take(session, carrier, receiver_id):
            _post(session, carrier, parcel)
            if time.monotonic() >= ends:
                wake(session, receiver_id)
                session.commit()
                return


def try_out(session: Session, carrier: Carrier, receiver: WebhookReceiver) -> Answer:
    """Send a test now, signed as all messages are, outside their order; its answer is logged. Commits."""
    secrets = service.signing_secrets(carrier.vault, receiver)
    made = message(public_id(), WebhookType.TEST, now(), None, {}, secrets, carrier.page)
    url = receiver.url
    session.rollback()  # no transaction while the receiver is spoken to
    answer = carrier.poster.post(url, made.headers, made.body)
    service.note_attempt(session, receiver, answer)
    session.commit()
    return answer


def _take(session: Session, carrier: Carrier, receiver_id: int) -> Parcel | None:
    try:
        return service.take(session, carrier.vault, receiver_id)
    except SealBrokenError as error:
        session.rollback()
        log.error("webhook_secret_unreadable", receiver=receiver_id, reason=str(error))
        service.put_off(session, receiver_id)
        return None


def _post(session: Session, carrier: Carrier, parcel: Parcel) -> None:
    made = message(
        parcel.public_id,
        parcel.type,
        parcel.at,
        parcel.sequence,
        parcel.data,
        parcel.secrets,
        carrier.page,
    )
    answer = carrier.poster.post(parcel.url, made.headers, made.body)
    paused = service.settle(session, parcel, answer, carrier.operator)
    log.info(
        "webhook_sent",
        receiver=parcel.receiver_id,
        message=parcel.message_id,
        outcome=answer.outcome.value,
        status=answer.status,
        milliseconds=answer.milliseconds,
    )
    if paused:
        log.error("webhook_receiver_paused", receiver=parcel.receiver_id, reason=paused.value)
