"""Ending at the provider what has ended with us, until the provider has confirmed it."""

import structlog

from wizard.extensions import database
from wizard.jobs.queue import queue, within_app
from wizard.models import Connection, OldGrant
from wizard.services import clearing, disconnection, sweeps
from wizard.services.queue import REVOKE_CONNECTION, REVOKE_OLD_GRANT
from wizard.web.workshops import workshop_for

FINISH_SECONDS = 60.0
log = structlog.get_logger()


@queue.task(name=REVOKE_CONNECTION, pass_context=True)
@within_app
def revoke_connection(connection_id: int) -> None:
    """Revoke a disconnected connection's grant; nothing is left to do when somebody already has."""
    with database.sessions() as session:
        connection = session.get(Connection, connection_id)
    if connection is None:
        return
    done = disconnection.finish(workshop_for(connection.provider), connection_id, FINISH_SECONDS)
    log.info("connection_revoked", connection=connection_id, done=done)


@queue.task(name=REVOKE_OLD_GRANT, pass_context=True)
@within_app
def revoke_old_grant(old_grant_id: int) -> None:
    """Revoke a grant that another's replaced; nothing is left to do when somebody already has."""
    with database.sessions() as session:
        grant = session.get(OldGrant, old_grant_id)
        provider = grant.connection.provider if grant else None
    if provider is None:
        return
    done = clearing.finish(workshop_for(provider), old_grant_id, FINISH_SECONDS)
    log.info("old_grant_revoked", old_grant=old_grant_id, done=done)


@queue.periodic(cron="* * * * * */15")
@queue.task(name="sweep_disconnections", queueing_lock="sweep_disconnections", pass_context=True)
@within_app
def sweep_disconnections(timestamp: int) -> None:  # noqa: ARG001 -- procrastinate hands it over
    """Take up every end that is due, whether or not a job remembers it."""
    with database.sessions() as session:
        sweeps.take_up_due_disconnections(session)
