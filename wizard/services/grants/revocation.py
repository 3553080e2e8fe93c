"""The one place that revokes: what we will not use is ended at the provider, until it confirms it."""

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy import exists, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    WORKING,
    Authorization,
    AuthorizationStatus,
    Connection,
    Consent,
    EventKind,
    Grant,
    GrantState,
    Invitation,
    now,
)
from wizard.providers.base import GrantEndedError, Provider, ProviderError
from wizard.providers.deadline import Deadline
from wizard.services.concurrency.backoff import back_off
from wizard.services.concurrency.locks import BusyError, alone
from wizard.services.concurrency.queue import REVOKE_GRANT, enqueue
from wizard.services.context import ProviderContext
from wizard.services.crypto.vault import SealBrokenError
from wizard.services.grants import state
from wizard.services.grants.refreshing import settled
from wizard.services.grants.siblings import check_soon
from wizard.services.history import record

FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=15), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=7)
REPLACED = "earlier"  # the note of an event about a grant that a renewal replaced
SWEEP = 500

log = structlog.get_logger()


@dataclass(frozen=True)
class _Source:
    """What the grant was given for: a line in its history says what became of the grant."""

    company_id: int
    invitation: Invitation | None = None
    connection: Connection | None = None
    note: str | None = None


def revoke(context: ProviderContext, grant_id: int, seconds: float) -> bool:
    """Revoke a grant that is to be revoked, and delete its tokens; True if nothing is left to do.

    Waits for a refresh under way, since the token it brings is the one to revoke. What the provider
    does not confirm within these seconds is tried again by a job (RFC 7009).
    """
    deadline = Deadline(seconds)
    try:
        with alone(context.sessions, f"grant:{grant_id}", deadline.left) as sessions:
            if not settled(context, grant_id, deadline.left):
                return False
            return _revoke(replace(context, sessions=sessions), grant_id, deadline)
    except BusyError:
        return False


def take_up_due(session: Session) -> int:
    """Enqueue every grant that the provider is to be asked to revoke; how many. Commits."""
    due = session.scalars(
        select(Grant.id)
        .where(Grant.state == GrantState.TO_BE_REVOKED, Grant.next_revoke_at <= now())
        .order_by(Grant.next_revoke_at)
        .limit(SWEEP)
    ).all()
    for grant_id in due:
        enqueue(session, REVOKE_GRANT, once=f"{REVOKE_GRANT}:{grant_id}", grant_id=grant_id)
    session.commit()
    return len(due)


def _revoke(context: ProviderContext, grant_id: int, deadline: Deadline) -> bool:
    with context.sessions() as session:
        grant = session.get_one(Grant, grant_id)
        if grant.state is not GrantState.TO_BE_REVOKED:
            return True
        token, spared = _open(context, grant), _is_spared(session, grant)
    if token is None:
        return _end(context, grant_id, EventKind.GRANT_NOT_REVOKED)
    if spared:
        return _end(context, grant_id, EventKind.GRANT_FORGOTTEN)
    error = _ask(context.provider, token, deadline)
    if error is None:
        return _end(context, grant_id, EventKind.GRANT_REVOKED)
    return _try_later(context, grant_id, error)


def _ask(provider: Provider, token: str, deadline: Deadline) -> ProviderError | None:
    """Ask the provider to end the grant; why it has not confirmed it, or None."""
    try:
        provider.revoke(token, timeout=deadline.left)
    except GrantEndedError:
        return None  # it had ended before, which is what was wanted
    except ProviderError as error:
        return error
    return None


def _open(context: ProviderContext, grant: Grant) -> str | None:
    """The refresh token; None when no key of ours opens it any more, so that nothing can be revoked."""
    try:
        return context.vault.open(str(grant.refresh_token), grant, "refresh_token")
    except SealBrokenError:
        log.error("seal_broken", grant=grant.id)
        return None


def _is_spared(session: Session, grant: Grant) -> bool:
    """True for a failed attempt's grant whose end could be the end of the company's working connection.

    A provider may end all grants of a person together. So it is deleted and not revoked when the
    company has a connection that works, given by the same person as far as we know.
    """
    approver = func.lower(Connection.approver_email)
    same_person = (
        or_(approver == grant.holder.lower(), approver.is_(None)) if grant.holder else true()
    )
    works = exists().where(
        Connection.company_id == Invitation.company_id,
        Connection.provider == grant.provider,
        Connection.status.in_(WORKING),
        Connection.grant_id.is_not(None),
        same_person,
    )
    failed = (
        select(Authorization.id)
        .join(Authorization.invitation)
        .where(
            Authorization.grant_id == grant.id,
            Authorization.status == AuthorizationStatus.FAILED,
            works,
        )
    )
    return session.scalar(failed) is not None


def _try_later(context: ProviderContext, grant_id: int, error: ProviderError) -> bool:
    """Plan the next try; True when it is given up instead."""
    with context.sessions.begin() as session:
        grant = session.get_one(Grant, grant_id, with_for_update=True)
        given_up = now() - (grant.ended_at or now()) > GIVE_UP_AFTER
        if not given_up:
            wait = back_off(grant.revoke_tries, FIRST_RETRY, LONGEST_RETRY)
            grant.next_revoke_at = now() + wait
            grant.revoke_tries += 1
            enqueue(session, REVOKE_GRANT, at=grant.next_revoke_at, grant_id=grant_id)
    if given_up:
        log.error("grant_not_revoked", grant=grant_id, code=error.code)
        _end(context, grant_id, EventKind.GRANT_NOT_REVOKED)
    return given_up


def _end(context: ProviderContext, grant_id: int, kind: EventKind) -> bool:
    """Delete the tokens, with a line in the history. Nothing is left to do.

    What the provider confirmed may have ended more of the same person's grants, so these are
    looked at soon. Connections are locked before their grants, as everywhere.
    """
    confirmed = kind is EventKind.GRANT_REVOKED
    with context.sessions.begin() as session:
        source, holder = _source(session, grant_id), session.get_one(Grant, grant_id).holder
        if confirmed and source:
            check_soon(session, context.provider.name, holder, source.company_id)
        grant = session.get_one(Grant, grant_id, with_for_update=True, populate_existing=True)
        if grant.state is GrantState.TO_BE_REVOKED:
            state.end(grant, GrantState.REVOKED if confirmed else GrantState.DEAD)
            if source:
                record(
                    session,
                    kind,
                    source.invitation,
                    connection=source.connection,
                    note=source.note,
                )
    return True


def _source(session: Session, grant_id: int) -> _Source | None:
    """The ended connection that rested on it, the connection that is renewed since, or the attempt."""
    ended = session.scalar(select(Connection).where(Connection.grant_id == grant_id))
    if ended:
        return _Source(ended.company_id, connection=ended)
    renewed = session.scalar(
        select(Connection)
        .join(Consent, Consent.connection_id == Connection.id)
        .join(Authorization, Authorization.id == Consent.authorization_id)
        .where(Authorization.grant_id == grant_id)
    )
    if renewed:
        return _Source(renewed.company_id, connection=renewed, note=REPLACED)
    attempt = session.scalar(
        select(Authorization)
        .where(Authorization.grant_id == grant_id)
        .options(joinedload(Authorization.invitation))
    )
    if attempt is None:
        return None
    return _Source(attempt.invitation.company_id, attempt.invitation)
