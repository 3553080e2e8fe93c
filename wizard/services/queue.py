"""Handing work to the background in the caller's own transaction."""

from contextlib import nullcontext, suppress
from datetime import datetime

from procrastinate import App, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy.orm import Session

# Jobs are named here, as data, since services may not import the jobs that call them.
FINISH_AUTHORIZATION = "finish_authorization"
SEND_LETTER = "send_letter"
DELIVER_WEBHOOKS = "deliver_webhooks"
REVOKE_CONNECTION = "revoke_connection"
REVOKE_OLD_GRANT = "revoke_old_grant"

_app = App(connector=SyncPsycopgConnector())  # never opened: jobs go in by the caller's connection


def enqueue(
    session: Session,
    job: str,
    *,
    at: datetime | None = None,
    once: str | None = None,
    priority: int = 0,
    **arguments: int,
) -> None:
    """Add a job that becomes visible if and when the caller's transaction commits.

    ``at`` is the earliest moment; with ``once`` nothing is added while a job of that word waits,
    and nobody else's transaction may add one meanwhile. Work below ``priority`` 0 comes last.
    """
    with suppress(AlreadyEnqueued), session.begin_nested() if once else nullcontext():
        _app.configure_task(
            job,
            schedule_at=at,
            queueing_lock=once,
            priority=priority,
            connection=session.connection().connection.driver_connection,
        ).defer(**arguments)
