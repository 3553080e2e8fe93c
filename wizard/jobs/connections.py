"""Looking after connections: checks and refreshes, at the pace that their providers allow."""

from wizard.extensions import background_providers, database
from wizard.jobs.queue import queue, within_app
from wizard.services import rounds
from wizard.services.pacing import Work
from wizard.web.workshops import workshop_for


@queue.periodic(cron="* * * * * */15")
@queue.task(name="check_connections", queueing_lock="check_connections", pass_context=True)
@within_app
def check_connections(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Read every connection that is due, those first whose approver has just ended another."""
    for provider in background_providers:
        with database.sessions() as session:
            rounds.follow_ended(session, provider)
        rounds.go_round(workshop_for(provider, background=True), Work.CHECK)


@queue.periodic(cron="* * * * * */15")
@queue.task(name="refresh_connections", queueing_lock="refresh_connections", pass_context=True)
@within_app
def refresh_connections(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Refresh every connection whose access token ends soon, used or not."""
    for provider in background_providers:
        rounds.go_round(workshop_for(provider, background=True), Work.REFRESH)
