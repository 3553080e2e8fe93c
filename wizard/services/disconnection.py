"""Ending a connection: at once with us, and at the provider until it has confirmed it."""

from dataclasses import replace
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from wizard.models import (
    Actor,
    Connection,
    ConnectionStatus,
    Consent,
    EventKind,
    Invitation,
    LetterKind,
    User,
    now,
)
from wizard.providers.base import ProviderError
from wizard.services import invitations, letters, transitions
from wizard.services.backoff import back_off
from wizard.services.disconnect_codes import known_address, standing
from wizard.services.endings import newest_consent
from wizard.services.history import record
from wizard.services.locking import BusyError, alone, hold, hold_company
from wizard.services.neighbours import check_soon
from wizard.services.queue import REVOKE_CONNECTION, enqueue
from wizard.services.reading import Deadline
from wizard.services.revocation import (
    FIRST_RETRY,
    GIVE_UP_AFTER,
    LONGEST_RETRY,
    TAKEN_UP_AFTER,
    hand_back,
)
from wizard.services.tokens import settled
from wizard.services.vault import SealBrokenError
from wizard.services.workshop import Workshop

log = structlog.get_logger()


def disconnect(
    session: Session,
    connection: Connection,
    *,
    staff: User | None = None,
    actor: Actor = Actor.SYSTEM,
    consent: Consent | None = None,
) -> None:
    """End the connection: from this moment nobody reads. Pressing twice is the same as once. Commits.

    An invitation to renew it is withdrawn. The provider is told by ``finish``, in the background
    unless the caller does it. With ``consent``, what an approver ends it by, nothing happens where
    another's has replaced it, be it in this very moment.
    """
    hold_company(session, connection.company_id)
    hold(session, connection)
    replaced = consent is not None and not standing(session, consent).may_end
    if not replaced and transitions.end(session, connection, staff=staff, actor=actor):
        connection.access_token = connection.access_expires_at = None
        invitations.withdraw_living(session, connection.company_id, staff=staff, actor=actor)
        if connection.refresh_token:
            _take_up_in(session, connection, TAKEN_UP_AFTER)
        _tell(session, connection)
    session.commit()


def _tell(session: Session, connection: Connection) -> None:
    """Both sides: the one who invited or her firm, and the one who approved if her address is known."""
    invitation = session.get_one(Invitation, connection.invitation_id)
    letters.post_to_sender(session, LetterKind.DISCONNECTED, invitation)
    consent = newest_consent(session, connection.id)
    if consent and (to := known_address(session, consent)):
        letters.post(session, LetterKind.END_RECEIPT, invitation, to, consent=consent)


def finish(workshop: Workshop, connection_id: int, seconds: float) -> bool:
    """Revoke a disconnected connection's grant and delete it; whether nothing is left to do.

    Waits for a refresh under way, since what it brings is what is to be revoked. What the provider
    does not confirm within these seconds is tried again by a job.
    """
    deadline = Deadline(seconds)
    try:
        with alone(workshop.sessions, f"connection:{connection_id}", deadline.left) as sessions:
            if not settled(workshop, connection_id, deadline.left):
                return False
            return _revoke(replace(workshop, sessions=sessions), connection_id, deadline)
    except BusyError:
        return False


def _revoke(workshop: Workshop, connection_id: int, deadline: Deadline) -> bool:
    with workshop.sessions() as session:
        connection = session.get_one(Connection, connection_id)
        if connection.status is not ConnectionStatus.DISCONNECTED or not connection.refresh_token:
            return True
        token = _open(workshop, connection)
    if token is None:
        return _forget(workshop, connection_id, EventKind.GRANT_NOT_REVOKED)
    error = hand_back(workshop.provider, token, deadline)
    if error is None:
        return _forget(workshop, connection_id, EventKind.GRANT_REVOKED)
    return _try_later(workshop, connection_id, error)


def _open(workshop: Workshop, connection: Connection) -> str | None:
    """The token; None when no key of ours opens it any more, and there is nothing left to revoke."""
    try:
        return workshop.vault.open(str(connection.refresh_token), connection, "refresh_token")
    except SealBrokenError:
        log.error("seal_broken", connection=connection.id)
        return None


def _try_later(workshop: Workshop, connection_id: int, error: ProviderError) -> bool:
    """Whether it is given up."""
    with workshop.sessions.begin() as session:
        connection = _locked(session, connection_id)
        given_up = now() - (connection.ended_at or now()) > GIVE_UP_AFTER
        if not given_up:
            wait = back_off(connection.revoke_tries, FIRST_RETRY, LONGEST_RETRY)
            connection.revoke_tries += 1
            _take_up_in(session, connection, wait)
    if given_up:
        log.error("grant_not_revoked", connection=connection_id, code=error.code)
        _forget(workshop, connection_id, EventKind.GRANT_NOT_REVOKED)
    return given_up


def _take_up_in(session: Session, connection: Connection, wait: timedelta) -> None:
    connection.next_revoke_at = at = now() + wait
    enqueue(session, REVOKE_CONNECTION, at=at, connection_id=connection.id)


def _forget(workshop: Workshop, connection_id: int, kind: EventKind) -> bool:
    """Delete the tokens; what the provider confirmed may have ended more of hers. Nothing is left to do."""
    with workshop.sessions.begin() as session:
        connection = _locked(session, connection_id)
        transitions.forget_tokens(connection)
        record(session, kind, connection=connection)
        if kind is EventKind.GRANT_REVOKED:
            connection.revoked_at = now()
            check_soon(session, connection.provider, connection.approver_email)
        else:
            connection.revoke_tries += 1  # one at least: it had not ended before
    return True


def _locked(session: Session, connection_id: int) -> Connection:
    return session.get_one(Connection, connection_id, with_for_update=True)
