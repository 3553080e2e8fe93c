"""Standings: what others marked, what time alone has changed, and adding up the counts."""

from wizard.extensions import database
from wizard.jobs.queue import every
from wizard.services.desk import counts, keeping


@every("* * * * * */15")
def sort_standings() -> None:
    """Decide whose move it is where nobody has: of old code's writes, and where time has passed."""
    with database.sessions() as session:
        while keeping.sort_marked(session):
            pass
        while keeping.sort_due(session):
            pass


@every("* * * * *")
def fold_standing_counts() -> None:
    """Add up what the trigger wrote of each change."""
    with database.sessions() as session:
        while counts.fold(session):
            pass
