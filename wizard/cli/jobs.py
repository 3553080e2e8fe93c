"""Background work."""

from flask import current_app
from flask.cli import AppGroup

from wizard.jobs import worker

jobs = AppGroup("jobs", help="Background work.")


@jobs.command()
def work() -> None:
    """Do background work until told to stop; any number of machines may."""
    worker.work(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001
