"""The check: from a stored code to a connection or a cause, resumable at every point."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, joinedload

from wizard.causes import CAUSES, Cause
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Company,
    Invitation,
    InvitationKey,
    now,
)
from wizard.providers.base import (
    GrantEndedError,
    ProviderError,
    TokenRefusedError,
    Tokens,
)
from wizard.services.authorizations import TAKEN_UP_AFTER, WRONG, fail
from wizard.services.connecting import connect
from wizard.services.flights import fly, until_stored
from wizard.services.judgement import Evidence, WrongCompanyError, judge, judge_company
from wizard.services.locking import BusyError, alone
from wizard.services.queue import FINISH_AUTHORIZATION, enqueue
from wizard.services.reading import Deadline, prove, read_company, read_rest
from wizard.services.revocation import revoke
from wizard.services.vault import SealBrokenError, Vault
from wizard.services.workshop import Workshop

CODE_LIVES = timedelta(minutes=5)
TOKENS_WAIT = timedelta(hours=24)
FIRST_RETRY, LONGEST_RETRY = timedelta(seconds=5), timedelta(minutes=10)
PASSING = (BusyError, OperationalError, PoolTimeoutError)  # nothing is wrong with the trip
OPEN = (AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING)
TOKEN_SECONDS = 15.0  # less than TAKEN_UP_AFTER: an answer that has not come by then does not come
FRESH = timedelta(minutes=1)  # an access token with less than this left is refreshed first

T = TypeVar("T")
log = structlog.get_logger()


def finish(workshop: Workshop, trip_id: int, seconds: float) -> AuthorizationStatus:
    """Take the trip as far as it goes in these seconds; its status then.

    Waits for another process that is at it (BusyError if that takes too long), and goes on from
    wherever one left it. The provider's outages are noted on the trip and retried by a job.
    """
    deadline = Deadline(seconds)
    with alone(workshop.sessions, f"authorization:{trip_id}", deadline.left) as sessions:
        holding = replace(workshop, sessions=sessions)
        try:
            status = _advance(holding, workshop, trip_id, deadline)
        except ProviderError as error:
            status = _note(holding, trip_id, error)
        except SealBrokenError:  # a key of ours is lost: no retry can open what it sealed
            lost = ProviderError(Cause.OUR_CONFIGURATION, code="seal_broken")
            status = _note(holding, trip_id, lost)
        except PASSING:
            raise
        except Exception:
            # Tried again as an outage is, and no longer: tokens are not kept for ever.
            log.exception("trip_not_finished", trip=trip_id)
            mistake = ProviderError(Cause.OUR_CONFIGURATION, transient=True, code="unexpected")
            status = _note(holding, trip_id, mistake)
        if status is AuthorizationStatus.FAILED:
            revoke(sessions, workshop.provider, workshop.vault, trip_id, deadline)
        return status


def _advance(
    holding: Workshop, workshop: Workshop, trip_id: int, deadline: Deadline
) -> AuthorizationStatus:
    status = _status(holding, trip_id)
    if status is AuthorizationStatus.RETURNED and _may_exchange(holding, trip_id):
        status = _outlive("exchange", _exchange, workshop, trip_id, deadline)
    if status is AuthorizationStatus.CHECKING:
        status = _check(holding, workshop, trip_id, deadline)
    return status


def _outlive(
    name: str,
    work: Callable[[Workshop, int], T],
    workshop: Workshop,
    trip_id: int,
    deadline: Deadline,
) -> T:
    """Wait for tokens as long as there is time; what comes later is stored all the same."""
    try:
        return fly(
            (workshop.sessions, name, trip_id), partial(work, workshop, trip_id), deadline.left
        )
    except TimeoutError:
        raise ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="timeout") from None


def _status(workshop: Workshop, trip_id: int) -> AuthorizationStatus:
    with workshop.sessions() as session:
        return session.get_one(Authorization, trip_id).status


def _may_exchange(workshop: Workshop, trip_id: int) -> bool:
    """Claim the next exchange, unless one whose process was killed may still be on its way.

    A code that comes twice ends what it gave the first time, so the second must not overtake it.
    """
    with workshop.sessions.begin() as session:
        trip = _locked(session, trip_id)
        if trip.tries and trip.next_try_at and trip.next_try_at > now():
            return False
        trip.tries += 1
        trip.next_try_at = now() + TAKEN_UP_AFTER
        return True


def _exchange(workshop: Workshop, trip_id: int) -> AuthorizationStatus:
    """Trade the stored code for tokens and store them, before anything is done with them."""
    with workshop.sessions() as session:
        trip = session.get_one(Authorization, trip_id)
        code = workshop.vault.open(str(trip.code), trip, "code")
        verifier = workshop.vault.open(str(trip.code_verifier), trip, "code_verifier")
    tokens = workshop.provider.exchange(code, verifier, timeout=TOKEN_SECONDS)
    if tokens.refresh_token is None:
        with suppress(ProviderError):  # nothing is stored of it, so this is the one chance
            workshop.provider.revoke(tokens.access_token, timeout=TOKEN_SECONDS)
    return until_stored(partial(_keep, workshop, trip_id, tokens))


def _keep(workshop: Workshop, trip_id: int, tokens: Tokens) -> AuthorizationStatus:
    """Store tokens; on a trip that was given up meanwhile they are stored to be revoked."""
    with workshop.sessions.begin() as session:
        trip = _locked(session, trip_id)
        if tokens.refresh_token is None:
            raise ProviderError(Cause.SCOPE_MISSING, code="no_refresh_token")
        trip.access_token = workshop.vault.seal(tokens.access_token, trip, "access_token")
        trip.refresh_token = workshop.vault.seal(tokens.refresh_token, trip, "refresh_token")
        trip.access_expires_at = tokens.expires_at
        if trip.status is AuthorizationStatus.RETURNED:
            trip.status = AuthorizationStatus.CHECKING
            trip.code = trip.code_verifier = None
            trip.tries = 0
        elif trip.status is AuthorizationStatus.FAILED:
            trip.next_try_at = now()
        return trip.status


def _check(
    holding: Workshop, workshop: Workshop, trip_id: int, deadline: Deadline
) -> AuthorizationStatus:
    """Read and judge; then a connection, or ProviderError with the cause."""
    access_token = _access_token(workshop, trip_id, deadline)
    try:
        company = read_company(workshop.provider, access_token, deadline)
    except TokenRefusedError:
        refresh = partial(_refresh, refused=access_token)
        access_token = _outlive("refresh", refresh, workshop, trip_id, deadline)
        company = read_company(workshop.provider, access_token, deadline)
    judge_company(company, _expected_number(holding, trip_id))
    readings = read_rest(workshop.provider, access_token, deadline)
    evidence = prove(workshop.provider, access_token, judge(company, readings), readings, deadline)
    return _connect(holding, trip_id, evidence)


def _expected_number(workshop: Workshop, trip_id: int) -> str:
    expected = (
        select(Company.organisation_number)
        .join(Invitation, Invitation.company_id == Company.id)
        .join(Authorization, Authorization.invitation_id == Invitation.id)
        .where(Authorization.id == trip_id)
    )
    with workshop.sessions() as session:
        return session.scalars(expected).one()


def _connect(workshop: Workshop, trip_id: int, evidence: Evidence) -> AuthorizationStatus:
    with workshop.sessions.begin() as session:
        trip = _locked(session, trip_id)
        connect(session, workshop.provider, workshop.vault, trip, evidence)
        return trip.status


def _note(workshop: Workshop, trip_id: int, error: ProviderError) -> AuthorizationStatus:
    """Write on the trip what went wrong: an end with its cause, or the time of the next try."""
    with workshop.sessions.begin() as session:
        trip = _locked(session, trip_id)
        if trip.status not in OPEN:
            return trip.status
        if isinstance(error, GrantEndedError) or (error.transient and _too_late(trip)):
            fail(session, trip, Cause.STALE_CODE, code=error.code, error_id=error.error_id)
        elif error.transient:
            _try_later(session, trip, error)
        else:
            _end(session, workshop.vault, trip, error)
        return trip.status


def _end(session: Session, vault: Vault, trip: Authorization, error: ProviderError) -> None:
    cause = error.cause
    if isinstance(error, WrongCompanyError):
        chosen = f"{error.chosen.organisation_number or ''} {error.chosen.name}"
        trip.chosen_company = vault.seal(chosen[:200], trip, "chosen_company")
        cause = Cause.DEFAULT_COMPANY if _chose_wrong_before(session, trip) else cause
    if CAUSES[cause].alert:
        log.error("needs_us", cause=cause, code=error.code, trip=trip.id)
    fail(session, trip, cause, code=error.code, error_id=error.error_id)


def _try_later(session: Session, trip: Authorization, error: ProviderError) -> None:
    wait = min(FIRST_RETRY * 2 ** min(trip.tries, 10), LONGEST_RETRY)
    trip.tries += 1
    trip.next_try_at = max(now() + wait, trip.next_try_at or now())  # an exchange may be under way
    trip.cause, trip.provider_code = error.cause.value, error.code or None
    trip.provider_error_id = error.error_id or None
    enqueue(session, FINISH_AUTHORIZATION, at=trip.next_try_at, authorization_id=trip.id)


def _too_late(trip: Authorization) -> bool:
    """Whether trying again is of no use: the code is dead, or the tokens have waited a day."""
    lives = CODE_LIVES if trip.status is AuthorizationStatus.RETURNED else TOKENS_WAIT
    return now() - (trip.returned_at or trip.created_at) > lives


def _chose_wrong_before(session: Session, trip: Authorization) -> bool:
    earlier = select(Authorization.id).where(
        Authorization.key_id == trip.key_id,
        Authorization.id < trip.id,
        Authorization.cause.in_(WRONG),
    )
    return session.scalar(earlier.limit(1)) is not None


def _access_token(workshop: Workshop, trip_id: int, deadline: Deadline) -> str:
    return _fresh(workshop, trip_id, None) or _outlive(
        "refresh", _refresh, workshop, trip_id, deadline
    )


def _fresh(workshop: Workshop, trip_id: int, refused: str | None) -> str | None:
    """The stored access token, unless it is about to end, or is the one refused."""
    with workshop.sessions() as session:
        trip = session.get_one(Authorization, trip_id)
        if trip.access_expires_at is None or trip.access_expires_at - now() <= FRESH:
            return None
        token = workshop.vault.open(str(trip.access_token), trip, "access_token")
        return None if token == refused else token


def _refresh(workshop: Workshop, trip_id: int, refused: str | None = None) -> str:
    """A new access token; the refresh token that comes with it is stored before it is used.

    Held by the one who asks, not by the one who waits: nobody sends the same refresh token twice.
    """
    with alone(workshop.sessions, f"trip's token:{trip_id}", TOKEN_SECONDS):
        if found := _fresh(workshop, trip_id, refused):
            return found
        with workshop.sessions() as session:
            trip = session.get_one(Authorization, trip_id)
            sent = workshop.vault.open(str(trip.refresh_token), trip, "refresh_token")
        tokens = workshop.provider.refresh(sent, timeout=TOKEN_SECONDS)
        kept = replace(tokens, refresh_token=tokens.refresh_token or sent)
        until_stored(partial(_keep, workshop, trip_id, kept))
        return tokens.access_token


def _locked(session: Session, trip_id: int) -> Authorization:
    """The trip with all that judging it touches, its row held until the transaction ends."""
    return session.scalars(
        select(Authorization)
        .where(Authorization.id == trip_id)
        .options(
            joinedload(Authorization.key).joinedload(InvitationKey.invitation),
            joinedload(Authorization.invitation)
            .joinedload(Invitation.company)
            .joinedload(Company.firm),
        )
        .with_for_update(of=Authorization)
    ).one()
