"""Forgetting what has had its time: counters, sessions of staff, and what is personal."""

from wizard.extensions import database
from wizard.jobs.queue import queue, within_app
from wizard.services import outcomes, rate_limits, retention, staff


@queue.periodic(cron="*/15 * * * *")
@queue.task(name="forget_rate_counts", queueing_lock="forget_rate_counts", pass_context=True)
@within_app
def forget_rate_counts(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Delete counters whose window is over."""
    with database.sessions() as session:
        while rate_limits.forget_old(session):
            pass


@queue.periodic(cron="41 * * * *")
@queue.task(name="forget_staff_sessions", queueing_lock="forget_staff_sessions", pass_context=True)
@within_app
def forget_staff_sessions(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Delete sessions too old to be used."""
    with database.sessions() as session:
        staff.forget_old_sessions(session)


@queue.periodic(cron="23 * * * *")
@queue.task(
    name="forget_chosen_companies", queueing_lock="forget_chosen_companies", pass_context=True
)
@within_app
def forget_chosen_companies(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Delete the names of companies that approvers chose by mistake."""
    with database.sessions() as session:
        outcomes.forget_chosen_companies(session)


@queue.periodic(cron="53 * * * *")
@queue.task(name="forget_personal_data", queueing_lock="forget_personal_data", pass_context=True)
@within_app
def forget_personal_data(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Delete or blank what is personal and has been kept for its time."""
    with database.sessions() as session:
        while retention.forget(session):
            pass
