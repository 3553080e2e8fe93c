"""Ending at the provider the grants that were set aside, until it has confirmed it."""

from dataclasses import replace

import structlog

from wizard.models import EventKind, OldGrant, now
from wizard.providers.base import ProviderError
from wizard.services.backoff import back_off
from wizard.services.history import record
from wizard.services.locking import BusyError, alone
from wizard.services.neighbours import check_soon
from wizard.services.queue import REVOKE_OLD_GRANT, enqueue
from wizard.services.reading import Deadline
from wizard.services.revocation import FIRST_RETRY, GIVE_UP_AFTER, LONGEST_RETRY, hand_back
from wizard.services.tokens import settled
from wizard.services.vault import SealBrokenError
from wizard.services.workshop import Workshop

EARLIER = "earlier"  # the note of an event about a grant that was replaced

log = structlog.get_logger()


def finish(workshop: Workshop, grant_id: int, seconds: float) -> bool:
    """Revoke a grant set aside and delete it; whether nothing is left to do.

    Waits for a refresh of the connection under way: it may be of this grant.
    """
    deadline = Deadline(seconds)
    with workshop.sessions() as session:
        grant = session.get(OldGrant, grant_id)
    if grant is None:
        return True
    name = f"connection:{grant.connection_id}"
    try:
        with alone(workshop.sessions, name, deadline.left) as sessions:
            if not settled(workshop, grant.connection_id, deadline.left):
                return False
            return _revoke(replace(workshop, sessions=sessions), grant_id, deadline)
    except BusyError:
        return False


def _revoke(workshop: Workshop, grant_id: int, deadline: Deadline) -> bool:
    with workshop.sessions() as session:
        grant = session.get(OldGrant, grant_id)
        if grant is None:
            return True
        token = _open(workshop, grant)
    if token is None:
        return _forget(workshop, grant_id, EventKind.GRANT_NOT_REVOKED)
    error = hand_back(workshop.provider, token, deadline)
    if error is None:
        return _forget(workshop, grant_id, EventKind.GRANT_REVOKED)
    return _try_later(workshop, grant_id, error)


def _open(workshop: Workshop, grant: OldGrant) -> str | None:
    """The token; None when no key of ours opens it any more, and there is nothing left to revoke."""
    try:
        return workshop.vault.open(str(grant.refresh_token), grant, "refresh_token")
    except SealBrokenError:
        log.error("seal_broken", old_grant=grant.id)
        return None


def _try_later(workshop: Workshop, grant_id: int, error: ProviderError) -> bool:
    """Whether it is given up."""
    with workshop.sessions.begin() as session:
        grant = session.get_one(OldGrant, grant_id, with_for_update=True)
        given_up = now() - grant.replaced_at > GIVE_UP_AFTER
        if not given_up:
            wait = back_off(grant.revoke_tries, FIRST_RETRY, LONGEST_RETRY)
            grant.next_revoke_at = now() + wait
            grant.revoke_tries += 1
            enqueue(session, REVOKE_OLD_GRANT, at=grant.next_revoke_at, old_grant_id=grant_id)
    if given_up:
        log.error("grant_not_revoked", old_grant=grant_id, code=error.code)
        _forget(workshop, grant_id, EventKind.GRANT_NOT_REVOKED)
    return given_up


def _forget(workshop: Workshop, grant_id: int, kind: EventKind) -> bool:
    """Delete the grant, with a line in the history; hers may have ended with it, and so may this one's."""
    with workshop.sessions.begin() as session:
        grant = session.get_one(OldGrant, grant_id)
        connection = grant.connection
        record(session, kind, connection=connection, note=EARLIER)
        if kind is EventKind.GRANT_REVOKED:
            # Connections first, then their grants, as who stores a refresh does.
            check_soon(session, connection.provider, grant.approver_email, connection.company_id)
        session.delete(grant)
    return True
