"""Finishing trips: checks to be retried, tokens to be revoked, and what a killed process left."""

import structlog

from wizard.extensions import database
from wizard.jobs.queue import queue, within_app
from wizard.models import Authorization
from wizard.services import invitations, sweeps
from wizard.services.check import finish
from wizard.services.locking import BusyError
from wizard.services.queue import FINISH_AUTHORIZATION
from wizard.web.workshops import workshop_for

FINISH_SECONDS = 60.0
log = structlog.get_logger()


@queue.task(name=FINISH_AUTHORIZATION, pass_context=True)
@within_app
def finish_authorization(authorization_id: int) -> None:
    """Take one trip as far as it goes; nothing is left to do when somebody already has."""
    with database.sessions() as session:
        trip = session.get(Authorization, authorization_id)
        provider = trip.invitation.provider if trip else None
    if provider is None:
        return
    try:
        status = finish(workshop_for(provider), authorization_id, FINISH_SECONDS)
    except BusyError:
        status = None  # whoever is at it finishes it, or leaves it to the sweep
    log.info("authorization_finished", authorization=authorization_id, status=status)


@queue.periodic(cron="* * * * * */15")
@queue.task(name="sweep_authorizations", queueing_lock="sweep_authorizations", pass_context=True)
@within_app
def sweep_authorizations(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Take up every trip that is due, whether or not a job remembers it."""
    with database.sessions() as session:
        sweeps.take_up_due_authorizations(session)


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="expire_invitations", queueing_lock="expire_invitations", pass_context=True)
@within_app
def expire_invitations(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """End invitations whose time has passed."""
    with database.sessions() as session:
        while invitations.mark_expired(session):
            pass
