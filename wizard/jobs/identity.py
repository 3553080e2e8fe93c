"""Asking identity providers about who is signed in."""

from contextlib import suppress

from wizard.extensions import database, vault
from wizard.jobs.queue import every
from wizard.services.accounts import lookups
from wizard.services.concurrency.locks import BusyError, alone
from wizard.wiring.identity import client_of
from wizard.wiring.sessions import session_limits


@every("*/5 * * * *")
def look_up_people() -> None:
    """Ask about everybody who is due, unless an earlier run still does."""
    with suppress(BusyError), alone(database.sessions, "look_up_people", 0) as sessions:  # noqa: SIM117
        with sessions() as session:
            lookups.run(session, vault, session_limits(), client_of)
