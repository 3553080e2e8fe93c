"""Looking after connections: checks and refreshes, at the pace that their providers allow."""

from wizard.extensions import background_providers, database
from wizard.jobs.queue import every
from wizard.services.connections import rounds
from wizard.services.throttling.pacing import Work
from wizard.wiring.providers import provider_context


@every("* * * * * */15")
def check_connections() -> None:
    """Read every connection that is due, those first whose approver has just ended another."""
    for provider in background_providers:
        with database.sessions() as session:
            rounds.follow_ended(session, provider)
        rounds.go_round(provider_context(provider, background=True), Work.CHECK)


@every("* * * * * */15")
def refresh_connections() -> None:
    """Refresh every connection whose access token ends soon, used or not."""
    for provider in background_providers:
        rounds.go_round(provider_context(provider, background=True), Work.REFRESH)
