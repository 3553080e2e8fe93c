"""Forgetting what has had its time: counters, sessions of staff, and what is personal."""

from wizard.extensions import database
from wizard.jobs.queue import every
from wizard.services.accounts import kept_forms, sessions
from wizard.services.authorizations import outcomes
from wizard.services.concurrency import presses
from wizard.services.throttling import call_budget, rate_limits
from wizard.services.upkeep import measurements, retention
from wizard.wiring.sessions import session_limits


@every("*/15 * * * *")
def forget_rate_counts() -> None:
    """Delete counters whose window is over, and what closed an endpoint for one caller."""
    with database.sessions() as session:
        call_budget.forget_callers(session)
        while rate_limits.forget_old(session):
            pass


@every("*/15 * * * *")
def forget_metrics() -> None:
    """Delete what processes that were killed told of themselves."""
    with database.sessions() as session:
        measurements.forget_old(session)


@every("31 * * * *")
def forget_presses() -> None:
    """Delete forms that were pressed a day ago, with their answers."""
    with database.sessions() as session:
        while presses.forget_old(session):
            pass


@every("*/15 * * * *")
def forget_kept_forms() -> None:
    """Delete forms that were kept an hour ago for who was to sign in again."""
    with database.sessions() as session:
        while kept_forms.forget_old(session):
            pass


@every("41 * * * *")
def forget_staff_sessions() -> None:
    """Delete sessions too old to be used."""
    with database.sessions() as session:
        sessions.forget_old(session, session_limits())


@every("23 * * * *")
def forget_chosen_companies() -> None:
    """Delete the names of companies that approvers chose by mistake."""
    with database.sessions() as session:
        outcomes.forget_chosen_companies(session)


@every("53 * * * *")
def forget_personal_data() -> None:
    """Delete or blank what is personal and has been kept for its time."""
    with database.sessions() as session:
        while retention.forget(session):
            pass
