"""Care of the queue itself: jobs whose worker was killed, and old ones that failed."""

import structlog
from procrastinate import JobContext
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from wizard.jobs.queue import queue

SILENT_SECONDS = 30  # a worker that lives says so every ten
KEPT_HOURS = 24 * 14

log = structlog.get_logger()


@queue.periodic(cron="* * * * *")
@queue.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Put jobs back whose worker has fallen silent; each of our jobs can be done twice."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        log.warning("job_stalled", stalled=job.id, task=job.task_name)
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # another of its kind waits already, and does what it would
            await manager.finish_job(job, Status.ABORTED, delete_job=True)


@queue.periodic(cron="17 3 * * *")
@queue.task(name="forget_old_jobs", queueing_lock="forget_old_jobs", pass_context=True)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Delete what is left of jobs long done."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
