"""The one place that refreshes: a working access token for a connection, whatever else is at it.

A claim on the row, stored before the provider is asked, keeps everybody else from sending the same
refresh token while it may be under way, since a provider that rotates them ends a grant whose token
comes twice. No transaction, and no connection to the database, is held while the provider answers;
a claim outlives a killed process and a restarted database, and ends by itself.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wizard.causes import CAUSES, Cause
from wizard.models import Connection, ConnectionStatus, now
from wizard.providers.base import GrantEndedError, ProviderError, Tokens
from wizard.providers.gate import BudgetSpentError, TooManyRequestsError
from wizard.services import old_grants, transitions
from wizard.services.backoff import back_off, spread
from wizard.services.flights import LOOK_AGAIN, fly, until_stored
from wizard.services.locking import BusyError, shared_now
from wizard.services.vault import SealBrokenError
from wizard.services.workshop import Workshop

FRESH = timedelta(minutes=1)  # an access token with less than this left is refreshed before use
AHEAD = timedelta(minutes=10)  # so long before the end the background refreshes, used or not
REFRESH_SECONDS = 20.0  # an answer that has not come by then does not come
CLAIM = timedelta(seconds=30)  # longer than an answer may take
AFTER_RESTART = timedelta(seconds=10)  # whoever has tokens in hand stores them first
BUSY = "busy"  # the code of the error when another is at it: no disturbance, so nothing is noted
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=30), timedelta(minutes=30)

log = structlog.get_logger()


class RenewalNeededError(Exception):
    """No access token can be had until a person gives permission anew; ``cause`` says why."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause


class DisconnectedError(Exception):
    """The connection has been ended, or was never there."""


@dataclass(frozen=True)
class _Wanted:
    """Another access token than the one refused; ``ahead`` wants a new one if the row says it is time.

    With ``seen`` it is time unless somebody has refreshed since then.
    """

    refused: str | None = field(default=None, repr=False)
    ahead: bool = False
    seen: datetime | None = None


def access_token(
    workshop: Workshop, connection_id: int, seconds: float, *, refused: str | None = None
) -> str:
    """An access token that works: the stored one, or a new one, stored before it is given out.

    ``refused`` is a token that the provider has just refused: another than it is given. Waits these
    seconds at most; a refresh that takes longer goes on and is stored all the same. Raises
    RenewalNeededError, DisconnectedError, or a ProviderError that is noted on the connection
    (but for one with the code BUSY: then somebody else was at it, and was not done in time).
    """
    return _have(workshop, connection_id, seconds, _Wanted(refused=refused))


def refresh_ahead(workshop: Workshop, connection_id: int, *, seen: datetime | None = None) -> None:
    """Refresh if it is time to, in spite of an access token that still works; errors as above.

    ``seen`` is the ``refreshed_at`` that was due, for who has put off the next time to hold others back.
    """
    _have(workshop, connection_id, REFRESH_SECONDS, _Wanted(ahead=True, seen=seen))


def settled(workshop: Workshop, connection_id: int, seconds: float) -> bool:
    """Wait until nobody is refreshing, whose new tokens an end or a renewal would miss; whether so.

    On an ended connection nobody begins to either.
    """
    ends = time.monotonic() + seconds
    while True:
        with workshop.sessions.begin() as session:
            if not is_claimed(session, _locked(session, connection_id)):
                return True
        if time.monotonic() > ends:
            return False
        time.sleep(LOOK_AGAIN)


def is_claimed(session: Session, connection: Connection) -> bool:
    """Whether somebody may be sending this refresh token right now. The caller holds the row.

    When the database has just come back, a claim lasts a little longer than it says: who made it
    may have new tokens in hand, and wait to store them.
    """
    until = connection.refresh_claimed_until
    if until is None:
        return False
    moment, started = session.execute(
        select(func.clock_timestamp(), func.pg_postmaster_start_time())
    ).one()
    return bool(until > moment or moment - started < AFTER_RESTART)


def next_refresh(connection: Connection) -> datetime:
    """When the background should refresh: well before the access token ends, used or not."""
    left = (connection.access_expires_at or now()) - now()
    return now() + spread(max(left - AHEAD, left / 2), 0.05)


def _have(workshop: Workshop, connection_id: int, seconds: float, wanted: _Wanted) -> str:
    try:
        return _wait(workshop, connection_id, time.monotonic() + seconds, wanted)
    except (TimeoutError, BusyError):
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code=BUSY) from None
    except SealBrokenError:  # a key of ours is lost: nobody but we can mend it
        lost = ProviderError(Cause.OUR_CONFIGURATION, code="seal_broken")
        with workshop.sessions.begin() as session:
            _note(session, _locked(session, connection_id), lost)
        raise lost from None


def _wait(workshop: Workshop, connection_id: int, ends: float, wanted: _Wanted) -> str:
    """The stored one, or what the one refresh of this process brings, begun by us or by another.

    Where the provider gives the refused one again, that is what there is: it is not asked for ever.
    """
    first: datetime | None = None
    while True:
        with workshop.sessions() as session:
            session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})  # it only reads
            connection = session.get(Connection, connection_id)
            if connection is None:
                raise DisconnectedError
            if found := _usable(workshop, connection, wanted):
                return found
            tries, given_at = connection.refresh_tries, connection.refreshed_at
        first = first or given_at
        if given_at != first:
            return str(wanted.refused)
        work = partial(_refresh, workshop, connection_id, wanted, tries)
        left = max(0.0, ends - time.monotonic())
        new = fly((workshop.sessions, connection_id), work, left)
        if new != wanted.refused:
            return new


def _refresh(workshop: Workshop, connection_id: int, wanted: _Wanted, tries: int) -> str:
    """A new token, by us or by another process; as many failures before us were ``tries``."""
    ends = time.monotonic() + (CLAIM + AFTER_RESTART).total_seconds()
    while time.monotonic() < ends:
        with workshop.sessions.begin() as session:  # look again, under a row lock
            connection = _locked(session, connection_id)
            if found := _usable(workshop, connection, wanted):
                return found
            if connection.refresh_tries > tries:
                raise _failure_of_another(connection)
            taken = is_claimed(session, connection)
            sent = "" if taken else _claim(workshop, session, connection)
        if taken:
            time.sleep(LOOK_AGAIN)
        elif new := _ask(workshop, connection_id, sent):
            return new
    raise BusyError


def _failure_of_another(connection: Connection) -> ProviderError:
    """What somebody was told while we waited: asking at once again would only be told the same."""
    ours = connection.cause == Cause.OUR_CONFIGURATION
    cause = Cause.OUR_CONFIGURATION if ours else Cause.PROVIDER_UNAVAILABLE
    return ProviderError(cause, transient=not ours, code=connection.provider_code or BUSY)


def _claim(workshop: Workshop, session: Session, connection: Connection) -> str:
    """The refresh token, which is ours alone to send until we say that it is over, or are silent.

    By the database's clock, as it is read.
    """
    connection.refresh_claimed_until = shared_now(session) + CLAIM
    return workshop.vault.open(str(connection.refresh_token), connection, "refresh_token")


def _ask(workshop: Workshop, connection_id: int, sent: str) -> str | None:
    """New tokens, stored; None when a person renewed the connection meanwhile, and theirs are to be used."""
    try:
        tokens = workshop.provider.refresh(sent, timeout=REFRESH_SECONDS)
    except ProviderError as error:
        with workshop.sessions.begin() as session:
            connection = _locked(session, connection_id)
            connection.refresh_claimed_until = None
            if not _is_still(workshop, connection, sent):
                return None
            _note(session, connection, error)
        if isinstance(error, GrantEndedError):
            raise RenewalNeededError(Cause.CONSENT_ENDED) from None
        raise
    return until_stored(partial(_keep, workshop, connection_id, sent, tokens))


def _keep(workshop: Workshop, connection_id: int, sent: str, tokens: Tokens) -> str | None:
    with workshop.sessions.begin() as session:
        return _store(workshop, session, _locked(session, connection_id), sent, tokens)


def _store(
    workshop: Workshop, session: Session, connection: Connection, sent: str, tokens: Tokens
) -> str | None:
    connection.refresh_claimed_until = None
    vault, refresh_token = workshop.vault, tokens.refresh_token or sent
    if connection.status is ConnectionStatus.DISCONNECTED:  # meanwhile: this is the token to revoke
        connection.refresh_token = vault.seal(refresh_token, connection, "refresh_token")
        connection.next_revoke_at = now()
        return None
    if not _is_still(workshop, connection, sent):
        old_grants.keep_newest(session, vault, connection, sent, tokens)
        return None
    connection.refresh_token = vault.seal(refresh_token, connection, "refresh_token")
    connection.access_token = vault.seal(tokens.access_token, connection, "access_token")
    connection.access_expires_at = tokens.expires_at
    connection.refreshed_at = now()
    connection.refresh_tries = 0
    connection.next_refresh_at = next_refresh(connection)
    if connection.status is ConnectionStatus.DISTURBED:
        connection.next_check_at = now()  # it answers again: a read may prove it
    return tokens.access_token


def _usable(workshop: Workshop, connection: Connection, wanted: _Wanted) -> str | None:
    """The stored access token, unless it is about to end, is the one refused, or is to be replaced."""
    if connection.status is ConnectionStatus.DISCONNECTED:
        raise DisconnectedError
    if connection.refresh_token is None:
        raise RenewalNeededError(Cause(connection.cause or Cause.CONSENT_ENDED))
    ends = connection.access_expires_at
    margin = min(FRESH, (ends - connection.refreshed_at) / 4) if ends else FRESH  # few live an hour
    if ends is None or ends - now() <= margin or _is_time(connection, wanted):
        return None
    token = workshop.vault.open(str(connection.access_token), connection, "access_token")
    return None if token == wanted.refused else token


def _is_time(connection: Connection, wanted: _Wanted) -> bool:
    """Whether a token that still works is to be replaced, ahead of its end."""
    if wanted.seen:
        return connection.refreshed_at == wanted.seen
    due = connection.next_refresh_at
    return wanted.ahead and due is not None and due <= now()


def _is_still(workshop: Workshop, connection: Connection, sent: str) -> bool:
    """Whether the connection lives on the refresh token that was sent, and on no newer one."""
    stored = connection.refresh_token
    return stored is not None and (workshop.vault.open(stored, connection, "refresh_token") == sent)


def _note(session: Session, connection: Connection, error: ProviderError) -> None:
    """What went wrong, on the connection: an end, or the time of the next try."""
    if isinstance(error, GrantEndedError):
        transitions.need_renewal(session, connection, Cause.CONSENT_ENDED, error)
        transitions.forget_tokens(connection)
        return
    if CAUSES[error.cause].alert:
        log.error("needs_us", cause=error.cause, code=error.code, connection=connection.id)
    if not isinstance(error, BudgetSpentError) or isinstance(error, TooManyRequestsError):
        transitions.disturb(session, connection, error)  # our own budget is no disturbance
    wait = back_off(connection.refresh_tries, FIRST_RETRY, LONGEST_RETRY)
    connection.refresh_tries += 1
    connection.next_refresh_at = now() + wait


def _locked(session: Session, connection_id: int) -> Connection:
    return session.scalars(
        select(Connection).where(Connection.id == connection_id).with_for_update()
    ).one()
