"""Readings of whole years: begun by a person, and taken up again when a process was killed."""

from functools import partial

from wizard.extensions import database
from wizard.jobs.queue import every, job
from wizard.services.concurrency.queue import READ_YEAR
from wizard.services.evidence import completeness, sample_progress
from wizard.services.evidence.completeness import Work
from wizard.wiring.providers import provider_context


@job(READ_YEAR)
def read_year(reading_id: int) -> None:
    """Read on in one year; nothing is left to do when another worker has."""
    context_of = partial(provider_context, background=True)
    completeness.run(Work(database.sessions, context_of), reading_id)


@every("* * * * * 10")
def sweep_year_readings() -> None:
    """Take up every year whose turn it is to be read on."""
    with database.sessions() as session:
        completeness.take_up_all(session)


@every("*/10 * * * * 40")
def forget_evidence() -> None:
    """Delete what has been kept for its time."""
    with database.sessions() as session:
        sample_progress.forget_old(session)
        while completeness.forget_old(session):
            pass
