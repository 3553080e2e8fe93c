"""The one place that refreshes: an access token of a grant that works, whoever else asks for one.

A claim on the row, stored before the provider is asked, keeps everybody else from sending the same
refresh token meanwhile, since a provider that rotates them ends a grant whose token comes twice
(RFC 9700, 4.14.2). A token that was refused is sent again, minutes later: nothing was given for it, so
there is nothing to lose. No transaction, and no connection to the database, is held while the provider
answers. A claim outlives a killed process and a restarted database, and ends by itself.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wizard import figures
from wizard.causes import CAUSES, Cause
from wizard.models import UNREADABLE, Connection, Grant, GrantState, now
from wizard.providers.base import GrantEndedError, ProviderError, Tokens
from wizard.providers.gate import BudgetSpentError, TooManyRequestsError
from wizard.services import connection_status
from wizard.services.concurrency.backoff import back_off
from wizard.services.concurrency.locks import BusyError, shared_now
from wizard.services.concurrency.single_flight import LOOK_AGAIN, run_single_flight, until_stored
from wizard.services.context import ProviderContext
from wizard.services.crypto.vault import SealBrokenError
from wizard.services.grants import state
from wizard.services.warnings import refusals

FRESH = timedelta(minutes=1)  # an access token with less than this left is refreshed before use
REFRESH_SECONDS = 20.0  # an answer that has not come by then does not come
CLAIM = timedelta(seconds=30)  # longer than an answer may take
AFTER_RESTART = timedelta(seconds=10)  # whoever has new tokens in memory stores them first
BUSY = (
    "busy"  # code of the error when another process is refreshing: it says nothing of the provider
)
REFUSED = "invalid_grant"
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=30), timedelta(minutes=10)
MOST_LOOKS = 5

log = structlog.get_logger()


class GrantDoubtedError(ProviderError):
    """The provider has refused the grant of a connection, and is asked again before it counts."""

    def __init__(self) -> None:
        super().__init__(Cause.PROVIDER_UNAVAILABLE, transient=True, code=REFUSED)


@dataclass(frozen=True)
class Wanted:
    """Which access token will do: any that works, but for the ``refused`` one.

    ``ahead`` wants a new one if the row says that it is time to refresh. With ``seen``, a
    ``refreshed_at``, it is time unless somebody has refreshed since then.
    """

    refused: str | None = field(default=None, repr=False)
    ahead: bool = False
    seen: datetime | None = None


ANY = Wanted()


def access_token(
    context: ProviderContext,
    grant_id: int,
    seconds: float,
    wanted: Wanted = ANY,
    *,
    read: Grant | None = None,
) -> str:
    """An access token that works: the stored one, or a new one, stored before it is returned.

    Waits these seconds at most; a refresh that takes longer goes on and is stored all the same.
    Raises GrantEndedError when the grant has ended or is no longer used, and ProviderError when
    the provider, or we, cannot give one now; GrantDoubtedError when the provider has refused it once,
    which may be a mistake. All are noted on the connection that rests on the
    grant, but for an error with the code BUSY: another process did not finish within the time.
    ``read`` is the grant as the caller has just read it.
    """
    try:
        return _wait(context, grant_id, time.monotonic() + seconds, wanted, read)
    except (TimeoutError, BusyError):
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code=BUSY) from None
    except SealBrokenError:  # a key of ours is lost: only the operator can mend it
        lost = ProviderError(Cause.OUR_CONFIGURATION, code="seal_broken")
        with context.sessions.begin() as session:
            connection, grant = _locked(session, grant_id)
            _note(session, connection, grant, lost)
        raise lost from None


def settled(context: ProviderContext, grant_id: int, seconds: float) -> bool:
    """Wait until nobody is refreshing the grant; False when somebody still is after these seconds."""
    ends = time.monotonic() + seconds
    while True:
        with context.sessions.begin() as session:
            if not _is_claimed(session, session.get_one(Grant, grant_id, with_for_update=True)):
                return True
        if time.monotonic() > ends:
            return False
        time.sleep(LOOK_AGAIN)


def _usable(context: ProviderContext, grant: Grant, wanted: Wanted) -> str | None:
    """The stored access token, unless it is about to end, is refused, or is to be replaced.

    Raises GrantEndedError when the grant is no longer used.
    """
    if grant.state not in state.USABLE:
        raise GrantEndedError(Cause.CONSENT_ENDED, code="grant_ended")
    ends = grant.access_expires_at
    margin = min(FRESH, (ends - grant.refreshed_at) / 4) if ends else FRESH  # some live for minutes
    if ends is None or ends - now() <= margin or _is_time(grant, wanted):
        return None
    token = context.vault.open(str(grant.access_token), grant, "access_token")
    return None if token == wanted.refused else token


def _wait(
    context: ProviderContext, grant_id: int, ends: float, wanted: Wanted, read: Grant | None
) -> str:
    """The stored token, or the result of this process's one refresh, whoever began it.

    A provider that answers with the refused token again has no other: it is not asked for ever.
    """
    first: datetime | None = None
    while True:
        grant, read = read or _read(context, grant_id), None
        if found := _usable(context, grant, wanted):
            return found
        tries, given_at = grant.refresh_tries, grant.refreshed_at
        first = first or given_at
        if given_at != first:
            return str(wanted.refused)
        work = partial(_refresh, context, grant_id, wanted, tries)
        left = max(0.0, ends - time.monotonic())
        new = run_single_flight((context.sessions, grant_id), work, left)
        if new != wanted.refused:
            return new


def _read(context: ProviderContext, grant_id: int) -> Grant:
    with context.sessions() as session:
        return session.get_one(Grant, grant_id)


def _refresh(context: ProviderContext, grant_id: int, wanted: Wanted, tries: int) -> str:
    """A new token, from us or from another process; ``tries`` failures had happened before we began."""
    ends = time.monotonic() + (CLAIM + AFTER_RESTART).total_seconds()
    while time.monotonic() < ends:
        with context.sessions.begin() as session:  # look again, under the row's lock
            connection, grant = _locked(session, grant_id)
            if found := _usable(context, grant, wanted):
                return found
            if grant.refresh_tries > tries:
                raise _failure_of_another(connection)
            if _was_just_refused(grant):
                raise GrantDoubtedError
            taken = _is_claimed(session, grant)
            sent = "" if taken else _claim(context, session, grant)
        if taken:
            time.sleep(LOOK_AGAIN)
        elif new := _ask(context, grant_id, sent):
            return new
    raise BusyError


def _failure_of_another(connection: Connection | None) -> ProviderError:
    """The error that another process met while we waited: asking again at once would give the same."""
    ours = connection is not None and connection.cause == Cause.OUR_CONFIGURATION
    cause = Cause.OUR_CONFIGURATION if ours else Cause.PROVIDER_UNAVAILABLE
    code = connection.provider_code if connection else None
    return ProviderError(cause, transient=not ours, code=code or BUSY)


def _claim(context: ProviderContext, session: Session, grant: Grant) -> str:
    """The refresh token, which only we may send until the claim is cleared or its time is over.

    The time is the database's, as it is when the claim is read.
    """
    grant.claimed_until = shared_now(session) + CLAIM
    return context.vault.open(str(grant.refresh_token), grant, "refresh_token")


def _is_claimed(session: Session, grant: Grant) -> bool:
    """True if somebody may be sending this refresh token right now. The caller holds the row.

    When the database has just come back, a claim lasts a little longer than it says: the process
    that made it may have new tokens in memory, and wait to store them.
    """
    if grant.claimed_until is None:
        return False
    moment, started = session.execute(
        select(func.clock_timestamp(), func.pg_postmaster_start_time())
    ).one()
    return bool(grant.claimed_until > moment or moment - started < AFTER_RESTART)


def _ask(context: ProviderContext, grant_id: int, sent: str) -> str | None:
    """New tokens, stored; None when the grant is to be revoked, or has ended, meanwhile."""
    try:
        tokens = context.provider.refresh(sent, timeout=REFRESH_SECONDS)
        figures.REFRESHES.labels(context.provider.name, "ok").inc()
    except ProviderError as error:
        figures.REFRESHES.labels(context.provider.name, _outcome(error)).inc()
        with context.sessions.begin() as session:
            connection, grant = _locked(session, grant_id)
            grant.claimed_until = None
            if grant.state not in state.USABLE:
                return None
            doubted = _is_doubted(session, connection, grant, error)
            if doubted:
                state.doubt(grant)
            else:
                _note(session, connection, grant, error)
        if doubted:
            raise GrantDoubtedError from error
        raise
    return until_stored(partial(_keep, context, grant_id, tokens))


def _outcome(error: ProviderError) -> str:
    """What a refresh without new tokens is counted as."""
    if isinstance(error, GrantEndedError):
        return "refused"
    if CAUSES[error.cause].alert:
        return "ours"
    return "held" if isinstance(error, BudgetSpentError) else "failed"


def _keep(context: ProviderContext, grant_id: int, tokens: Tokens) -> str | None:
    with context.sessions.begin() as session:
        connection, grant = _locked(session, grant_id)
        grant.claimed_until = None
        if grant.state in state.ENDED:
            return None
        if grant.state is GrantState.TO_BE_REVOKED:  # this is the token that is to be revoked
            if tokens.refresh_token:
                grant.refresh_token = context.vault.seal(
                    tokens.refresh_token, grant, "refresh_token"
                )
            grant.next_revoke_at = now()
            return None
        state.store(context.vault, grant, tokens)
        if connection and connection.status in UNREADABLE:
            connection.next_check_at = now()  # the provider answers again: a read may prove it
        return tokens.access_token


def _is_time(grant: Grant, wanted: Wanted) -> bool:
    """True if a token that still works is to be replaced, ahead of its end."""
    if wanted.seen:
        return grant.refreshed_at == wanted.seen
    due = grant.next_refresh_at
    return wanted.ahead and due is not None and due <= now()


def _was_just_refused(grant: Grant) -> bool:
    """True if its refresh token is not to be sent yet: the provider would say the same again."""
    return grant.refused_at is not None and now() - grant.refused_at < refusals.SECOND_READING


def _is_doubted(
    session: Session, connection: Connection | None, grant: Grant, error: ProviderError
) -> bool:
    """True if a connection rests on the grant that is refused, and it is not certain to have ended."""
    if connection is None or not isinstance(error, GrantEndedError):
        return False
    since = grant.doubted_at
    return since is None or not refusals.is_confirmed(session, grant.provider, since)


def _note(
    session: Session, connection: Connection | None, grant: Grant, error: ProviderError
) -> None:
    """Write down what went wrong: an end, or the time of the next try."""
    if isinstance(error, GrantEndedError):
        state.end(grant, GrantState.DEAD)
        if connection:
            connection_status.lose_grant(session, connection, error)
        return
    if CAUSES[error.cause].alert:
        log.error("operator_needed", cause=error.cause, code=error.code, grant=grant.id)
    spent = isinstance(error, BudgetSpentError) and not isinstance(error, TooManyRequestsError)
    if connection and not spent:  # our own budget is no disturbance
        connection_status.disturb(session, connection, error)
    if grant.state is GrantState.LIVING:
        grant.next_refresh_at = now() + back_off(grant.refresh_tries, FIRST_RETRY, LONGEST_RETRY)
    grant.refresh_tries += 1


def _locked(session: Session, grant_id: int) -> tuple[Connection | None, Grant]:
    """The grant and the connection that rests on it, in the order in which everybody locks them.

    Looks again when the grant was promoted between the two.
    """
    resting = select(Connection).where(Connection.grant_id == grant_id).with_for_update()
    for _ in range(MOST_LOOKS):
        with session.begin_nested() as look:
            connection = session.scalar(resting)
            grant = session.get_one(Grant, grant_id, with_for_update=True, populate_existing=True)
            if connection or grant.state is not GrantState.LIVING:
                break
            look.rollback()
    return connection, grant
