"""Forgetting what the platform's requests leave: creations after a day, hand-overs after a month."""

from wizard.extensions import database
from wizard.jobs.queue import every
from wizard.services.api import handovers, idempotency


@every("*/15 * * * *")
def forget_creations() -> None:
    """Delete what is known of creations that may be asked for anew."""
    with database.sessions() as session:
        while idempotency.forget_old(session):
            pass


@every("37 3 * * *")
def forget_handovers() -> None:
    """Delete hand-overs that nobody asks about any more."""
    with database.sessions() as session:
        while handovers.forget_old(session):
            pass
