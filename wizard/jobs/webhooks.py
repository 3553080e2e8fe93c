"""Delivering webhooks: what was announced, what is due, what a killed process left; and forgetting."""

from datetime import timedelta
from threading import BoundedSemaphore

from wizard.extensions import database
from wizard.jobs.queue import queue, within_app
from wizard.jobs.worker import CONCURRENT_JOBS
from wizard.models import now
from wizard.services import webhook_delivery, webhook_log
from wizard.services.queue import DELIVER_WEBHOOKS
from wizard.services.webhooks import wake
from wizard.web.carrying import carrier
from wizard.webhooks.delivery import deliver

TURN = timedelta(seconds=1)
_slots = BoundedSemaphore(CONCURRENT_JOBS // 2)  # slow receivers leave room for other work


@queue.task(name=DELIVER_WEBHOOKS, pass_context=True)
@within_app
def deliver_webhooks(receiver_id: int) -> None:
    """Deliver to one receiver; nothing is left to do when somebody already does."""
    if not _slots.acquire(blocking=False):
        with database.sessions() as session:
            wake(session, receiver_id, at=now() + TURN)
            session.commit()
        return
    try:
        deliver(database.sessions, carrier(), receiver_id)
    finally:
        _slots.release()


@queue.periodic(cron="* * * * * */15")
@queue.task(name="sweep_webhooks", queueing_lock="sweep_webhooks", pass_context=True)
@within_app
def sweep_webhooks(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Take up every receiver with something due."""
    with database.sessions() as session:
        webhook_delivery.take_up_due(session)


@queue.periodic(cron="33 * * * *")
@queue.task(name="forget_webhooks", queueing_lock="forget_webhooks", pass_context=True)
@within_app
def forget_webhooks(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Delete earlier secrets whose day is over, and messages and tries that are old."""
    with database.sessions() as session:
        webhook_log.forget_receivers(session)
        while webhook_log.forget_old(session):
            pass
