"""Forgetting what the platform's requests leave: creations after a day, hand-overs after a month."""

from wizard.extensions import database
from wizard.jobs.queue import queue, within_app
from wizard.services import handover, idempotency


@queue.periodic(cron="*/15 * * * *")
@queue.task(name="forget_creations", queueing_lock="forget_creations", pass_context=True)
@within_app
def forget_creations(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Delete what is known of creations that may be asked for anew."""
    with database.sessions() as session:
        while idempotency.forget_old(session):
            pass


@queue.periodic(cron="37 3 * * *")
@queue.task(name="forget_handovers", queueing_lock="forget_handovers", pass_context=True)
@within_app
def forget_handovers(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Delete hand-overs that nobody asks about any more."""
    with database.sessions() as session:
        while handover.forget_old(session):
            pass
