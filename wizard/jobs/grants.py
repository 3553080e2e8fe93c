"""Revoking at the provider what is not used any more, until the provider has confirmed it."""

import structlog

from wizard.extensions import database
from wizard.jobs.queue import every, job
from wizard.jobs.slots import PROVIDERS
from wizard.models import Grant
from wizard.services.concurrency.queue import REVOKE_GRANT
from wizard.services.grants import revocation
from wizard.wiring.providers import provider_context

REVOKE_SECONDS = 60.0
log = structlog.get_logger()


@job(REVOKE_GRANT)
def revoke_grant(grant_id: int) -> None:
    """Revoke one grant; nothing is left to do when another process already has."""
    with database.sessions() as session:
        grant = session.get(Grant, grant_id)
    if grant is None:
        return
    with PROVIDERS.one() as free:
        if not free:
            return  # it is still due, which the sweep sees
        done = revocation.revoke(provider_context(grant.provider), grant_id, REVOKE_SECONDS)
    log.info("grant_revocation_tried", grant=grant_id, done=done)


@every("* * * * * */15")
def sweep_grants() -> None:
    """Take up every revocation that is due, whether or not a job remembers it."""
    with database.sessions() as session:
        revocation.take_up_due(session)
