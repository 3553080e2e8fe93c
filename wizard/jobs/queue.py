"""The job queue's application, to which every job module adds its tasks."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from procrastinate import App, JobContext, PsycopgConnector

queue = App(
    connector=PsycopgConnector(),
    import_paths=[
        "wizard.jobs.api_care",
        "wizard.jobs.authorizations",
        "wizard.jobs.connections",
        "wizard.jobs.disconnections",
        "wizard.jobs.housekeeping",
        "wizard.jobs.letters",
        "wizard.jobs.queue_care",
        "wizard.jobs.warnings",
        "wizard.jobs.webhooks",
    ],
)


def within_app(task: Callable[..., None]) -> Callable[..., None]:
    """Run a task with the application it works for, and the job's number in its log lines."""

    @wraps(task)
    def run(context: JobContext, *args: Any, **arguments: Any) -> None:
        with (
            context.additional_context["app"].app_context(),
            structlog.contextvars.bound_contextvars(job=context.job.id),
        ):
            task(*args, **arguments)

    return run
