"""Imports of companies: started by a person, and taken up again when a process was killed."""

from wizard.extensions import database, settings
from wizard.jobs.queue import every, job
from wizard.services.concurrency.queue import RUN_IMPORT
from wizard.services.imports import running
from wizard.wiring.imports import import_work


@job(RUN_IMPORT)
def run_import(import_id: int) -> None:
    """Go on with one import; nothing is left to do when another worker has."""
    running.run(import_work(database.sessions, settings), import_id)


@every("* * * * * 30")
def sweep_imports() -> None:
    """Take up every import that is under way."""
    with database.sessions() as session:
        running.take_up_all(session)
