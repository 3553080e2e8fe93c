"""The job queue's application, to which every job module adds its tasks."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from procrastinate import App, JobContext, PsycopgConnector

Work = TypeVar("Work", bound=Callable[..., None])

queue = App(
    connector=PsycopgConnector(),
    import_paths=[
        "wizard.jobs.api_care",
        "wizard.jobs.authorizations",
        "wizard.jobs.bulk",
        "wizard.jobs.connections",
        "wizard.jobs.consents",
        "wizard.jobs.desk",
        "wizard.jobs.evidence",
        "wizard.jobs.grants",
        "wizard.jobs.heartbeat",
        "wizard.jobs.housekeeping",
        "wizard.jobs.identity",
        "wizard.jobs.imports",
        "wizard.jobs.letters",
        "wizard.jobs.queue_care",
        "wizard.jobs.warnings",
        "wizard.jobs.webhooks",
    ],
)


def job(name: str) -> Callable[[Work], Work]:
    """A task that services enqueue by this name; runs with the application it works for."""

    def decorate(work: Work) -> Work:
        queue.task(name=name, pass_context=True)(_within_app(work))
        return work

    return decorate


def every(cron: str) -> Callable[[Work], Work]:
    """A task of the function's name at these times, one of it at a time; seconds of ``cron`` last."""

    def decorate(work: Work) -> Work:
        run = _within_app(lambda timestamp: work())  # noqa: ARG005 -- procrastinate hands it over
        named = queue.task(name=work.__name__, queueing_lock=work.__name__, pass_context=True)
        queue.periodic(cron=cron)(named(run))
        return work

    return decorate


def _within_app(work: Callable[..., None]) -> Callable[..., None]:
    """With the application of the worker, and the job's number in its log lines."""

    def run(context: JobContext, *args: Any, **arguments: Any) -> None:
        with (
            context.additional_context["app"].app_context(),
            structlog.contextvars.bound_contextvars(job=context.job.id),
        ):
            work(*args, **arguments)

    return run
