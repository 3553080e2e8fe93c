"""Enqueueing of background jobs in the caller's transaction."""

from contextlib import nullcontext, suppress
from datetime import datetime

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.orm import Session

# The names of jobs, since services may not import the jobs that call them.
FINISH_AUTHORIZATION = "finish_authorization"
SEND_LETTER = "send_letter"
DELIVER_WEBHOOKS = "deliver_webhooks"
REVOKE_GRANT = "revoke_grant"
RUN_IMPORT = "run_import"

_app = App(
    connector=SyncPsycopgConnector()
)  # never opened: jobs are inserted through the caller's connection


def enqueue(
    session: Session,
    job: str,
    *,
    at: datetime | None = None,
    once: str | None = None,
    priority: int = 0,
    **arguments: int,
) -> None:
    """Enqueue a job, which becomes visible when the caller's transaction commits.

    ``at`` is the earliest time to run. With ``once``, nothing is added while a job with this queueing
    lock waits, and no other transaction can add one until this one ends. Jobs with a ``priority``
    below 0 run last.
    """
    with suppress(AlreadyEnqueued), session.begin_nested() if once else nullcontext():
        _app.configure_task(
            job,
            schedule_at=at,
            queueing_lock=once,
            priority=priority,
            connection=session.connection().connection.driver_connection,
        ).defer(**arguments)
