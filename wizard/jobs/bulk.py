"""Bulk actions: started by a person, and taken up again when a process was killed."""

from datetime import timedelta

from wizard.extensions import database, settings
from wizard.jobs.queue import every, job
from wizard.jobs.slots import BULK
from wizard.models import now
from wizard.services.bulk import running
from wizard.services.concurrency.queue import RUN_BULK
from wizard.wiring.bulk import bulk_work

TURN = timedelta(seconds=1)


@job(RUN_BULK)
def run_bulk(bulk_id: int) -> None:
    """Go on with one bulk action for its turn; nothing is left to do when another worker has."""
    with BULK.one() as free:
        if free:
            running.run(bulk_work(database.sessions, settings), bulk_id)
            return
    with database.sessions() as session:
        running.wake(session, bulk_id, now() + TURN)


@every("* * * * * 45")
def sweep_bulk_actions() -> None:
    """Take up every bulk action that is under way."""
    with database.sessions() as session:
        running.take_up_all(session)
