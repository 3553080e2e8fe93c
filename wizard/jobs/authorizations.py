"""Finishing authorizations: checks to be retried, tokens to be revoked, and what a killed process left."""

import structlog

from wizard.extensions import database
from wizard.jobs.queue import every, job
from wizard.jobs.slots import PROVIDERS
from wizard.models import Authorization
from wizard.services.authorizations import promises
from wizard.services.authorizations.check import run_check
from wizard.services.concurrency.locks import BusyError
from wizard.services.concurrency.queue import FINISH_AUTHORIZATION
from wizard.services.invitations import lifecycle
from wizard.services.upkeep import sweeps
from wizard.wiring.providers import provider_context

FINISH_SECONDS = 60.0
log = structlog.get_logger()


@job(FINISH_AUTHORIZATION)
def finish_authorization(authorization_id: int) -> None:
    """Take one authorization as far as it goes; nothing is left to do when somebody already has."""
    with database.sessions() as session:
        authorization = session.get(Authorization, authorization_id)
        provider = authorization.invitation.provider if authorization else None
    if provider is None:
        return
    with PROVIDERS.one() as free:
        if not free:
            return  # it is still due, which the sweep sees
        try:
            status = run_check(provider_context(provider), authorization_id, FINISH_SECONDS)
        except BusyError:
            status = None  # whoever is at it finishes it, or leaves it to the sweep
    log.info("authorization_finished", authorization=authorization_id, status=status)


@every("* * * * * */15")
def sweep_authorizations() -> None:
    """Take up every authorization that is due, whether or not a job remembers it."""
    with database.sessions() as session:
        sweeps.take_up_due_authorizations(session)


@every("* * * * * */15")
def keep_promises() -> None:
    """Mail those who asked for it how their attempt ended."""
    with database.sessions() as session:
        promises.keep(session)


@every("*/5 * * * *")
def expire_invitations() -> None:
    """End invitations whose time has passed."""
    with database.sessions() as session:
        while lifecycle.mark_expired(session):
            pass
