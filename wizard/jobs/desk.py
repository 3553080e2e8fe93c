"""Standings: what others marked, what time alone has changed, and adding up the counts; and those of the flow."""

from wizard.extensions import database
from wizard.jobs.queue import every
from wizard.services.desk import counts, funnel, funnel_report, keeping


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


@every("* * * * *")
def fold_funnel_counts() -> None:
    """Count who has pressed nothing for a day as having left, and add up what was counted one by one."""
    with database.sessions() as session:
        while funnel.count_left(session):
            pass
        while funnel_report.fold(session):
            pass


@every("37 3 * * *")
def forget_funnel_counts() -> None:
    """Delete the counts of weeks of more than two years ago."""
    with database.sessions() as session:
        funnel_report.forget(session)
