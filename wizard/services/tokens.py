"""The one place that refreshes: a working access token for a connection, whatever else is at it.

The name of the connection is held while the provider answers, with no transaction open. A claim on
the row, stored before the provider is asked, outlives a lost hold: neither a killed process nor a
restarted database lets a second process send the same refresh token while the first may be under
way, since a provider that rotates them ends a grant whose token comes twice.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from wizard.causes import CAUSES, Cause
from wizard.models import Connection, ConnectionStatus, now
from wizard.providers.base import GrantEndedError, ProviderError, Tokens
from wizard.services import transitions
from wizard.services.backoff import back_off, spread
from wizard.services.locking import BusyError, alone
from wizard.services.vault import SealBrokenError
from wizard.services.workshop import Workshop

FRESH = timedelta(minutes=1)  # an access token with less than this left is refreshed before use
AHEAD = timedelta(minutes=10)  # so long before the end the background refreshes, used or not
REFRESH_SECONDS = 20.0  # an answer that has not come by then does not come
CLAIM = timedelta(seconds=25)  # longer than an answer may take
STORE_SECONDS = 60.0  # new tokens are not let go of while the database is away
LOOK_AGAIN = 0.2
BUSY = "busy"  # the code of the error when another is at it: no disturbance, so nothing is noted
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=30), timedelta(minutes=30)

log = structlog.get_logger()
_threads = ThreadPoolExecutor(max_workers=64, thread_name_prefix="refresh")


class RenewalNeededError(Exception):
    """No access token can be had until a person gives permission anew; ``cause`` says why."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause


class DisconnectedError(Exception):
    """The connection has been ended, or was never there."""


@dataclass(frozen=True)
class _Wanted:
    """Another access token than the one refused; ``ahead`` wants a new one if the row says it is time."""

    refused: str | None = field(default=None, repr=False)
    ahead: bool = False


@dataclass(frozen=True)
class _Claim:
    """The right to send this refresh token, until it is over."""

    refresh_token: str = field(repr=False)


def access_token(
    workshop: Workshop, connection_id: int, seconds: float, *, refused: str | None = None
) -> str:
    """An access token that works: the stored one, or a new one, stored before it is given out.

    ``refused`` is a token that the provider has just refused: another than it is given. Waits these
    seconds at most; a refresh that takes longer goes on and is stored all the same. Raises
    RenewalNeededError, DisconnectedError, or a ProviderError that is noted on the connection.
    """
    wanted = _Wanted(refused=refused)
    with workshop.sessions() as session:
        found = _usable(workshop, session.get(Connection, connection_id), wanted)
    return found or _wait(workshop, connection_id, seconds, wanted)


def refresh_ahead(workshop: Workshop, connection_id: int) -> None:
    """Refresh if it is time to, in spite of an access token that still works; errors as above."""
    _wait(workshop, connection_id, REFRESH_SECONDS, _Wanted(ahead=True))


def next_refresh(connection: Connection) -> datetime:
    """When the background should refresh: well before the access token ends, used or not."""
    left = (connection.access_expires_at or now()) - now()
    return now() + spread(max(left - AHEAD, left / 2), 0.05)


def _wait(workshop: Workshop, connection_id: int, seconds: float, wanted: _Wanted) -> str:
    """On a thread of its own, so that no reader's impatience cuts off an answer with new tokens."""
    work = _threads.submit(_refresh, workshop, connection_id, seconds, wanted)
    try:
        return work.result(timeout=seconds)
    except (FutureTimeoutError, BusyError):
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code=BUSY) from None
    except SealBrokenError:  # a key of ours is lost: nobody but we can mend it
        lost = ProviderError(Cause.OUR_CONFIGURATION, code="seal_broken")
        with workshop.sessions.begin() as session:
            _note(session, _locked(session, connection_id), lost)
        raise lost from None


def _refresh(workshop: Workshop, connection_id: int, seconds: float, wanted: _Wanted) -> str:
    ends = time.monotonic() + seconds
    with alone(workshop.sessions, f"connection:{connection_id}", seconds) as sessions:
        holding = replace(workshop, sessions=sessions)
        while True:
            found = _claim(holding, connection_id, wanted)
            if isinstance(found, str):
                return found
            if found is None and time.monotonic() > ends:
                raise BusyError
            if found is None:
                time.sleep(LOOK_AGAIN)  # whoever claimed it may be under way, though not holding it
            elif new := _ask(holding, workshop, connection_id, found):
                return new


def _claim(workshop: Workshop, connection_id: int, wanted: _Wanted) -> _Claim | str | None:
    """Look again under a row lock: somebody's new access token, or the claim; None while another's lasts."""
    with workshop.sessions.begin() as session:
        connection = _locked(session, connection_id)
        if found := _usable(workshop, connection, wanted):
            return found
        if connection.refresh_claimed_until and connection.refresh_claimed_until > now():
            return None
        connection.refresh_claimed_until = now() + CLAIM
        return _Claim(
            workshop.vault.open(str(connection.refresh_token), connection, "refresh_token")
        )


def _ask(holding: Workshop, workshop: Workshop, connection_id: int, claim: _Claim) -> str | None:
    """New tokens, stored; None when a person renewed the connection meanwhile, and theirs are to be used."""
    try:
        tokens = holding.provider.refresh(claim.refresh_token, timeout=REFRESH_SECONDS)
    except ProviderError as error:
        with holding.sessions.begin() as session:
            connection = _locked(session, connection_id)
            connection.refresh_claimed_until = None
            if not _is_still(holding, connection, claim):
                return None
            _note(session, connection, error)
        if isinstance(error, GrantEndedError):
            raise RenewalNeededError(Cause.CONSENT_ENDED) from None
        raise
    return _keep(workshop, connection_id, claim, tokens)


def _keep(workshop: Workshop, connection_id: int, claim: _Claim, tokens: Tokens) -> str | None:
    """Store what came, whatever happens to the database meanwhile: there is no second copy."""
    ends = time.monotonic() + STORE_SECONDS
    while True:
        try:
            with workshop.sessions.begin() as session:
                return _store(workshop, _locked(session, connection_id), claim, tokens)
        except DBAPIError:
            if time.monotonic() > ends:
                log.error("tokens_lost", connection=connection_id)
                raise
            time.sleep(LOOK_AGAIN)


def _store(workshop: Workshop, connection: Connection, claim: _Claim, tokens: Tokens) -> str | None:
    connection.refresh_claimed_until = None
    if not _is_still(workshop, connection, claim):
        return None
    vault, refresh_token = workshop.vault, tokens.refresh_token or claim.refresh_token
    connection.refresh_token = vault.seal(refresh_token, connection, "refresh_token")
    if connection.status is ConnectionStatus.DISCONNECTED:
        return None  # ended meanwhile: this is the token to revoke
    connection.access_token = vault.seal(tokens.access_token, connection, "access_token")
    connection.access_expires_at = tokens.expires_at
    connection.refreshed_at = now()
    connection.refresh_tries = 0
    connection.next_refresh_at = next_refresh(connection)
    if connection.status is ConnectionStatus.DISTURBED:
        connection.next_check_at = now()  # it answers again: a read may prove it
    return tokens.access_token


def _usable(workshop: Workshop, connection: Connection | None, wanted: _Wanted) -> str | None:
    """The stored access token, unless it is about to end, is the one refused, or is to be replaced."""
    if connection is None or connection.status is ConnectionStatus.DISCONNECTED:
        raise DisconnectedError
    if connection.refresh_token is None:
        raise RenewalNeededError(Cause(connection.cause or Cause.CONSENT_ENDED))
    ends, due = connection.access_expires_at, connection.next_refresh_at
    margin = min(FRESH, (ends - connection.refreshed_at) / 4) if ends else FRESH
    if ends is None or ends - now() <= margin or (wanted.ahead and due and due <= now()):
        return None
    token = workshop.vault.open(str(connection.access_token), connection, "access_token")
    return None if token == wanted.refused else token


def _is_still(workshop: Workshop, connection: Connection, claim: _Claim) -> bool:
    """Whether the connection lives on the refresh token that was sent, and on no newer one."""
    stored = connection.refresh_token
    return stored is not None and (
        workshop.vault.open(stored, connection, "refresh_token") == claim.refresh_token
    )


def _note(session: Session, connection: Connection, error: ProviderError) -> None:
    """What went wrong, on the connection: an end, or the time of the next try."""
    if isinstance(error, GrantEndedError):
        transitions.need_renewal(session, connection, Cause.CONSENT_ENDED, error)
        transitions.forget_tokens(connection)
        return
    if CAUSES[error.cause].alert:
        log.error("needs_us", cause=error.cause, code=error.code, connection=connection.id)
    transitions.disturb(session, connection, error)
    wait = back_off(connection.refresh_tries, FIRST_RETRY, LONGEST_RETRY)
    connection.refresh_tries += 1
    connection.next_refresh_at = now() + wait


def _locked(session: Session, connection_id: int) -> Connection:
    return session.scalars(
        select(Connection).where(Connection.id == connection_id).with_for_update()
    ).one()
