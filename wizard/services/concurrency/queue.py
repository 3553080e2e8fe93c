"""Enqueueing of background jobs in the caller's transaction."""

from contextlib import nullcontext
from datetime import datetime

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from wizard.transactions import begin

# The names of jobs, since services may not import the jobs that call them.
FINISH_AUTHORIZATION = "finish_authorization"
SEND_LETTER = "send_letter"
DELIVER_WEBHOOKS = "deliver_webhooks"
REVOKE_GRANT = "revoke_grant"
RUN_IMPORT = "run_import"
READ_YEAR = "read_year"
RUN_BULK = "run_bulk"

# As procrastinate's own (https://procrastinate.readthedocs.io/en/stable/howto/advanced/sql.html): who
# only adds jobs has no use for its worker, which is what importing it loads.
ADD = (
    "select procrastinate.procrastinate_defer_jobs_v1(array[row('default', %(job)s, %(priority)s, null, "
    "%(once)s, %(arguments)s, %(at)s)::procrastinate.procrastinate_job_to_defer_v1])"
)
WAITS = "procrastinate_jobs_queueing_lock_idx_v1"  # one job of each queueing lock


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
    told = {"job": job, "priority": priority, "once": once, "at": at}
    try:
        with session.begin_nested() if once else nullcontext():
            begin(session.connection())
            line = session.connection().connection.driver_connection
            line.execute(ADD, {**told, "arguments": Jsonb(arguments)})  # type: ignore[union-attr]
    except UniqueViolation as error:
        if error.diag.constraint_name != WAITS:
            raise
