"""Delivery of a receiver's due messages, one at a time; and test messages."""

import time
from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session, sessionmaker

from wizard import figures
from wizard.models import WebhookReceiver, WebhookType, now, public_id
from wizard.services.crypto.vault import SealBrokenError, Vault
from wizard.services.webhooks import delivery_queue as service
from wizard.services.webhooks.announcing import wake
from wizard.services.webhooks.delivery_queue import Delivery, DeliveryResult
from wizard.webhooks.messages import Page, message
from wizard.webhooks.posting import Poster

TURN_SECONDS = (
    5.0  # then other receivers get their turn; a call begun before may take ten seconds more
)

log = structlog.get_logger()


@dataclass(frozen=True)
class DeliveryContext:
    """What delivery needs; ``operator`` is mailed about paused receivers; if empty, their firm is."""

    vault: Vault
    poster: Poster
    page: Page
    operator: str = ""


def deliver(
    sessions: sessionmaker[Session], delivery_context: DeliveryContext, receiver_id: int
) -> None:
    """Send the due messages of a receiver, one at a time, until none is left or the turn is over.

    If the process is killed, the current message is sent again within two minutes, with the same id.
    """
    ends = time.monotonic() + TURN_SECONDS
    with sessions() as session:
        while delivery := _take(session, delivery_context, receiver_id):
            _post(session, delivery_context, delivery)
            if time.monotonic() >= ends:
                wake(session, receiver_id)
                session.commit()
                return


def try_out(
    session: Session, delivery_context: DeliveryContext, receiver: WebhookReceiver
) -> DeliveryResult:
    """Send a signed test message now, without a sequence number, and log the outcome. Commits."""
    secrets = service.signing_secrets(delivery_context.vault, receiver)
    made = message(public_id(), WebhookType.TEST, now(), None, {}, secrets, delivery_context.page)
    url = receiver.url
    session.rollback()  # no transaction may be open during the call
    answer = delivery_context.poster.post(url, made.headers, made.body)
    service.note_attempt(session, receiver, answer)
    session.commit()
    return answer


def _take(session: Session, delivery_context: DeliveryContext, receiver_id: int) -> Delivery | None:
    try:
        return service.take(session, delivery_context.vault, receiver_id)
    except SealBrokenError as error:
        session.rollback()
        log.error("webhook_secret_unreadable", receiver=receiver_id, reason=str(error))
        service.put_off(session, receiver_id)
        return None


def _post(session: Session, delivery_context: DeliveryContext, delivery: Delivery) -> None:
    made = message(
        delivery.public_id,
        delivery.type,
        delivery.at,
        delivery.sequence,
        delivery.data,
        delivery.secrets,
        delivery_context.page,
    )
    answer = delivery_context.poster.post(delivery.url, made.headers, made.body)
    paused = service.settle(session, delivery, answer, delivery_context.operator)
    figures.DELIVERIES.labels(answer.outcome.value).inc()
    log.info(
        "webhook_sent",
        receiver=delivery.receiver_id,
        message=delivery.message_id,
        outcome=answer.outcome.value,
        status=answer.status,
        milliseconds=answer.milliseconds,
    )
    if paused:
        log.error("webhook_receiver_paused", receiver=delivery.receiver_id, reason=paused.value)
