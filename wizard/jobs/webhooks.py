"""Delivering webhooks: what was announced, what is due, what a killed process left; and forgetting."""

from datetime import timedelta

from wizard.extensions import database
from wizard.jobs.queue import every, job
from wizard.jobs.slots import WEBHOOKS
from wizard.models import now
from wizard.services.concurrency.queue import DELIVER_WEBHOOKS
from wizard.services.webhooks import delivery_queue, webhook_log
from wizard.services.webhooks.announcing import wake
from wizard.webhooks.sending import deliver
from wizard.wiring.webhooks import delivery_context

TURN = timedelta(seconds=1)


@job(DELIVER_WEBHOOKS)
def deliver_webhooks(receiver_id: int) -> None:
    """Deliver to one receiver; nothing is left to do when somebody already does."""
    with WEBHOOKS.one() as free:
        if free:
            deliver(database.sessions, delivery_context(), receiver_id)
            return
    with database.sessions() as session:
        wake(session, receiver_id, at=now() + TURN)
        session.commit()


@every("* * * * * */15")
def sweep_webhooks() -> None:
    """Take up every receiver with something due."""
    with database.sessions() as session:
        delivery_queue.take_up_due(session)


@every("33 * * * *")
def forget_webhooks() -> None:
    """Delete earlier secrets whose day is over, and messages and tries that are old."""
    with database.sessions() as session:
        webhook_log.forget_receivers(session)
        while webhook_log.forget_old(session):
            pass
