"""A trip to the provider and back, up to the stored code; the check takes over from there."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from wizard.causes import Cause
from wizard.models import (
    Actor,
    Authorization,
    AuthorizationStatus,
    EventKind,
    InvitationKey,
    now,
)
from wizard.providers.base import Provider
from wizard.services.history import record
from wizard.services.queue import FINISH_AUTHORIZATION, enqueue
from wizard.services.secrets import digest, new_secret
from wizard.services.vault import Vault
from wizard.services.visits import end_of

STATE_AGE = timedelta(hours=1)
TAKEN_UP_AFTER = timedelta(seconds=20)  # by the background, should this process die
CODE_LENGTH = 4096
WRONG = {Cause.WRONG_COMPANY.value, Cause.DEFAULT_COMPANY.value}


@dataclass(frozen=True)
class Callback:
    """What the provider sent along when the approver came back."""

    state: str = field(repr=False)
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str = ""


def depart(
    session: Session,
    provider: Provider,
    vault: Vault,
    key: InvitationKey,
    browser: str,
    *,
    choose_again: bool,
    wording: str,
) -> str:
    """Begin a trip for this browser; the address at the provider to send it to. Commits.

    ``wording`` is the version and language of the words she read, as 2026-11/sv.
    After a wrong company the choice is forced, whether or not ``choose_again`` asks for it.
    """
    last = latest(session, key, browser)
    state, verifier = new_secret(), secrets.token_urlsafe(48)
    trip = Authorization(
        invitation_id=key.invitation_id,
        key_id=key.id,
        state_hash=digest(state),
        browser_hash=digest(browser),
        wording=wording,
    )
    session.add(trip)
    session.flush()
    trip.code_verifier = vault.seal(verifier, trip, "code_verifier")
    record(session, EventKind.WENT_TO_PROVIDER, key.invitation, actor=Actor.APPROVER)
    session.commit()
    forced = choose_again or (last is not None and last.cause in WRONG)
    return provider.authorization_url(state, verifier, choose_again=forced)


def latest(session: Session, key: InvitationKey, browser: str) -> Authorization | None:
    """The trip this browser is on; if it has begun none, the newest of its link.

    So the same link follows on another device, while two who share it each see their own.
    """
    return session.scalar(
        select(Authorization)
        .where(Authorization.key_id == key.id)
        .order_by((Authorization.browser_hash == digest(browser)).desc(), Authorization.id.desc())
        .limit(1)
    )


def come_back(
    session: Session, provider: Provider, vault: Vault, browser: str, callback: Callback
) -> Authorization | None:
    """Take the approver's return: the trip, with its code stored or its cause of failure. Commits.

    None when the state is not one of this browser's: it then says nothing to us. A state used
    before gives its trip as it is, so that a replay has the result of the first time.
    """
    trip = session.scalar(
        select(Authorization)
        .where(Authorization.state_hash == digest(callback.state))
        .options(joinedload(Authorization.key).joinedload(InvitationKey.invitation))
        .with_for_update(of=Authorization)
    )
    if trip is None or not secrets.compare_digest(trip.browser_hash, digest(browser)):
        session.rollback()
        return None
    if trip.status is AuthorizationStatus.AWAY:
        trip.returned_at = now()
        if cause := _refusal(provider, trip, callback):
            fail(session, trip, cause, code=_word(callback.error))
        else:
            _store_code(session, vault, trip, callback.code)
    session.commit()
    return trip


def fail(
    session: Session,
    trip: Authorization,
    cause: Cause,
    *,
    code: str | None = None,
    error_id: str | None = None,
) -> None:
    """End a trip with its cause, and write history; the caller commits.

    A refresh token stays on the row until the provider has confirmed that it is revoked.
    """
    trip.status = AuthorizationStatus.FAILED
    trip.cause = cause.value
    trip.provider_code = code or None
    trip.provider_error_id = error_id or None
    trip.ended_at = now()
    trip.code = trip.code_verifier = None
    if trip.refresh_token is None:
        trip.access_token = None  # else kept until then: it may tell whose grant it is
    trip.tries = 0
    trip.next_try_at = now() + TAKEN_UP_AFTER if trip.refresh_token else None
    record(
        session,
        EventKind.ATTEMPT_FAILED,
        trip.invitation,
        actor=Actor.APPROVER,
        cause=cause.value,
        note=code or None,
    )


def _refusal(provider: Provider, trip: Authorization, callback: Callback) -> Cause | None:
    if now() - trip.created_at > STATE_AGE:
        return Cause.STALE_CODE
    if end := end_of(trip.key):
        return Cause.ALREADY_CONNECTED if end is Cause.FINISHED else end
    if callback.issuer != provider.issuer and (callback.issuer or provider.issuer_required):
        return Cause.PROVIDER_REFUSED  # RFC 9207: an answer of somebody else's
    if callback.error:
        denied = callback.error == "access_denied"
        return Cause.DECLINED if denied else Cause.PROVIDER_REFUSED
    if not 0 < len(callback.code) <= CODE_LENGTH:
        return Cause.PROVIDER_REFUSED
    return None


def _store_code(session: Session, vault: Vault, trip: Authorization, code: str) -> None:
    """Keep the code before it is used: killed in between, it can be tried again or revoked."""
    trip.code = vault.seal(code, trip, "code")
    trip.status = AuthorizationStatus.RETURNED
    trip.next_try_at = now() + TAKEN_UP_AFTER
    enqueue(session, FINISH_AUTHORIZATION, at=trip.next_try_at, authorization_id=trip.id)


def _word(text: str) -> str:
    """An error word from outside, as OAuth spells them; anything else is dropped."""
    return text if re.fullmatch(r"[a-z_]{1,64}", text) else ""
