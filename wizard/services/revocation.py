"""Ending at the provider what we will not use, until the provider has confirmed it."""

from datetime import timedelta

import structlog
from sqlalchemy import exists, func, or_, select, true
from sqlalchemy.orm import Session, sessionmaker

from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Connection,
    ConnectionStatus,
    EventKind,
    now,
)
from wizard.providers.base import GrantEndedError, Provider, ProviderError
from wizard.services.history import record
from wizard.services.neighbours import check_soon
from wizard.services.queue import FINISH_AUTHORIZATION, enqueue
from wizard.services.reading import Deadline
from wizard.services.vault import SealBrokenError, Vault

TAKEN_UP_AFTER = timedelta(seconds=20)  # by the background, should this process die
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=15), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=7)
WORKING = (ConnectionStatus.ACTIVE, ConnectionStatus.DISTURBED)

log = structlog.get_logger()


def hand_back(provider: Provider, token: str, deadline: Deadline) -> ProviderError | None:
    """End the grant of a refresh token at the provider; why it has not been confirmed, or None."""
    try:
        provider.revoke(token, timeout=deadline.left)
    except GrantEndedError:
        return None  # already dead, which is what was wanted
    except ProviderError as error:
        return error
    return None


def revoke(
    sessions: sessionmaker[Session],
    provider: Provider,
    vault: Vault,
    trip_id: int,
    deadline: Deadline,
) -> None:
    """Revoke a failed trip's token and delete it; what the provider does not confirm is tried again.

    It is deleted and not revoked where the end of it could be the end of the company's connection
    that works: a provider may end all grants of a person together. The caller holds the trip, so that no token is revoked while another process connects with it.
    """
    with sessions() as session:
        trip = session.get_one(Authorization, trip_id)
        if trip.status is not AuthorizationStatus.FAILED or trip.refresh_token is None:
            return
        token, holder = _open(vault, trip), _holder(provider, vault, trip)
        spared = token is not None and _works_by_hers(session, trip, holder)
    if spared:
        _forget(sessions, trip_id, EventKind.GRANT_FORGOTTEN)
        return
    error = hand_back(provider, token, deadline) if token else None
    if error:
        _try_later(sessions, trip_id, error)
        return
    _forget(sessions, trip_id, EventKind.GRANT_REVOKED, holder)


def _open(vault: Vault, trip: Authorization) -> str | None:
    """The token; None when no key of ours opens it any more, and there is nothing left to revoke."""
    try:
        return vault.open(str(trip.refresh_token), trip, "refresh_token")
    except SealBrokenError:
        log.error("seal_broken", trip=trip.id)
        return None


def _holder(provider: Provider, vault: Vault, trip: Authorization) -> str:
    """Whose grant it is, if its access token tells."""
    try:
        return provider.holder(vault.open(trip.access_token or "", trip, "access_token"))
    except SealBrokenError:
        return ""


def _works_by_hers(session: Session, trip: Authorization, holder: str) -> bool:
    """Whether the company has a connection that works, given by the same person as far as we know."""
    approver = func.lower(Connection.approver_email)
    hers = or_(approver == holder.lower(), approver.is_(None)) if holder else true()
    works = exists().where(
        Connection.company_id == trip.invitation.company_id,
        Connection.provider == trip.invitation.provider,
        Connection.status.in_(WORKING),
        Connection.refresh_token.is_not(None),
        hers,
    )
    return bool(session.scalar(select(works)))


def _try_later(sessions: sessionmaker[Session], trip_id: int, error: ProviderError) -> None:
    with sessions.begin() as session:
        trip = session.get_one(Authorization, trip_id, with_for_update=True)
        given_up = trip.ended_at is not None and now() - trip.ended_at > GIVE_UP_AFTER
        if not given_up:
            trip.next_try_at = now() + min(FIRST_RETRY * 2 ** min(trip.tries, 10), LONGEST_RETRY)
            trip.tries += 1
            enqueue(session, FINISH_AUTHORIZATION, at=trip.next_try_at, authorization_id=trip.id)
    if given_up:
        log.error("grant_not_revoked", trip=trip_id, code=error.code)
        _forget(sessions, trip_id, EventKind.GRANT_NOT_REVOKED)


def _forget(
    sessions: sessionmaker[Session], trip_id: int, kind: EventKind, holder: str = ""
) -> None:
    """Delete the tokens; what the provider confirmed may have ended more of hers, and the company's own."""
    with sessions.begin() as session:
        trip = session.get_one(Authorization, trip_id, with_for_update=True)
        trip.access_token = trip.refresh_token = trip.access_expires_at = None
        trip.next_try_at = None
        record(session, kind, trip.invitation)
        if kind is EventKind.GRANT_REVOKED:
            invitation = trip.invitation
            check_soon(session, invitation.provider, holder, invitation.company_id)
