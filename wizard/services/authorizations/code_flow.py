"""An authorization to the provider and back, up to the stored code; the check takes over from there."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from wizard.causes import WRONG_CHOICES, Cause
from wizard.models import (
    Actor,
    Authorization,
    AuthorizationStatus,
    EventKind,
    Grant,
    InvitationKey,
    deciding_first,
    now,
)
from wizard.providers.base import Provider
from wizard.services.concurrency.queue import FINISH_AUTHORIZATION, enqueue
from wizard.services.crypto.digests import digest, new_secret
from wizard.services.crypto.vault import Vault
from wizard.services.desk.keeping import leave_marks
from wizard.services.grants import state as grant_state
from wizard.services.history import record
from wizard.services.invitations.visits import end_of

STATE_AGE = timedelta(hours=1)
TAKEN_UP_AFTER = timedelta(seconds=20)  # by the background, should this process die
CODE_LENGTH = 4096
MINE = Authorization.browser_hash == bindparam("browser", type_=Authorization.browser_hash.type)
MOMENT = bindparam("moment", type_=Authorization.next_try_at.type)
# Asked at each look of a waiting page; built once, as building it is slower than running it.
DECIDING = (
    select(Authorization)
    .where(
        Authorization.invitation_id == bindparam("invitation_id"),
        or_(MINE, Authorization.key_id == bindparam("key_id")),
    )
    .order_by(MINE.desc(), *deciding_first(MOMENT))
    .limit(1)
)


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
    """Begin an authorization for this browser; the address at the provider to send it to. Commits.

    ``wording`` is the version and language of the words she read, as 2026-11/sv.
    After a wrong company the choice is forced, whether or not ``choose_again`` asks for it.
    """
    last = deciding(session, key, browser)
    state, verifier = new_secret(), secrets.token_urlsafe(48)
    authorization = Authorization(
        invitation_id=key.invitation_id,
        key_id=key.id,
        state_hash=digest(state),
        browser_hash=digest(browser),
        wording=wording,
        consent_ends_on=key.invitation.consent_ends_on,
    )
    session.add(authorization)
    session.flush()
    authorization.code_verifier = vault.seal(verifier, authorization, "code_verifier")
    record(session, EventKind.WENT_TO_PROVIDER, key.invitation, actor=Actor.APPROVER)
    session.commit()
    forced = choose_again or (last is not None and last.cause in WRONG_CHOICES)
    return provider.authorization_url(state, verifier, choose_again=forced)


def deciding(session: Session, key: InvitationKey, browser: str) -> Authorization | None:
    """The authorization that decides what this browser shows; if it has begun none, of its link's.

    So the same link follows on another device, while two who share it each see their own.
    """
    of = {"browser": digest(browser), "invitation_id": key.invitation_id, "key_id": key.id}
    return session.scalar(DECIDING, {**of, "moment": now()})


def is_awaited(authorization: Authorization) -> bool:
    """True if the person is at the provider, and her return is still good for something."""
    away = authorization.status is AuthorizationStatus.AWAY
    return away and not _is_stale(authorization)


def is_away_again(session: Session, failed: Authorization) -> bool:
    """True if the same browser has gone to the provider again since this one failed."""
    if failed.ended_at is None:
        return False
    later = select(Authorization.id).where(
        Authorization.invitation_id == failed.invitation_id,
        Authorization.browser_hash == failed.browser_hash,
        Authorization.status == AuthorizationStatus.AWAY,
        Authorization.created_at > failed.ended_at,
    )
    return session.scalar(later.limit(1)) is not None


def come_back(
    session: Session, provider: Provider, vault: Vault, browser: str, callback: Callback
) -> Authorization | None:
    """Take the approver's return: the authorization, with its code stored or its cause of failure. Commits.

    None when the state is not one of this browser's at this provider: it then says nothing to us.
    A state used before gives its authorization as it is, so that a replay has the result of the
    first time.
    """
    authorization = session.scalar(
        select(Authorization)
        .where(Authorization.state_hash == digest(callback.state))
        .options(joinedload(Authorization.key).joinedload(InvitationKey.invitation))
        .with_for_update(of=Authorization)
    )
    if authorization is None or not _is_its_own(authorization, provider, browser):
        session.rollback()
        return None
    if authorization.status is AuthorizationStatus.AWAY:
        authorization.returned_at = now()
        if cause := _refusal(provider, authorization, callback):
            fail(session, authorization, cause, code=_word(callback.error))
        else:
            _store_code(session, vault, authorization, callback.code)
    session.commit()
    return authorization


def cause_of_end(key: InvitationKey) -> Cause | None:
    """Why an authorization by this link can connect nothing any more; None while the link lives."""
    end = end_of(key)
    return Cause.ALREADY_CONNECTED if end is Cause.FINISHED else end


def fail(
    session: Session,
    authorization: Authorization,
    cause: Cause,
    *,
    code: str | None = None,
    error_id: str | None = None,
) -> None:
    """End an authorization with its cause, and write history. The caller commits.

    Its grant, if it has brought one, is to be revoked. The caller holds the row.
    """
    end_wait(session, authorization, cause)
    authorization.status = AuthorizationStatus.FAILED
    authorization.cause = cause.value
    authorization.provider_code = code or None
    authorization.provider_error_id = error_id or None
    authorization.ended_at = now()
    authorization.code = authorization.code_verifier = None
    authorization.tries = 0
    authorization.next_try_at = None
    if authorization.grant_id:
        grant_state.set_to_be_revoked(
            session, session.get_one(Grant, authorization.grant_id, with_for_update=True)
        )
    record(
        session,
        EventKind.ATTEMPT_FAILED,
        authorization.invitation,
        actor=Actor.APPROVER,
        cause=cause.value,
        note=code or None,
    )


def end_wait(session: Session, authorization: Authorization, cause: Cause | None = None) -> None:
    """Write history if the authorization has waited; ``cause`` is why it fails. The caller commits.

    While an authorization is open, its own cause says what it waits for.
    """
    if authorization.cause:
        reason = cause.value if cause else None
        record(session, EventKind.WAIT_OVER, authorization.invitation, cause=reason)


def _is_stale(authorization: Authorization) -> bool:
    return now() - authorization.created_at > STATE_AGE


def _is_its_own(authorization: Authorization, provider: Provider, browser: str) -> bool:
    """True if the browser that began it is back from the provider it went to."""
    began_here = secrets.compare_digest(authorization.browser_hash, digest(browser))
    return began_here and authorization.key.invitation.provider == provider.name


def _refusal(provider: Provider, authorization: Authorization, callback: Callback) -> Cause | None:
    if _is_stale(authorization):
        return Cause.STALE_CODE
    if end := cause_of_end(authorization.key):
        return end
    if callback.issuer != provider.issuer and (callback.issuer or provider.issuer_required):
        return Cause.PROVIDER_REFUSED  # RFC 9207: an answer of somebody else's
    if callback.error:
        denied = callback.error == "access_denied"
        return Cause.DECLINED if denied else Cause.PROVIDER_REFUSED
    if not 0 < len(callback.code) <= CODE_LENGTH:
        return Cause.PROVIDER_REFUSED
    return None


def _store_code(session: Session, vault: Vault, authorization: Authorization, code: str) -> None:
    """Keep the code before it is used: killed in between, it can be tried again or revoked."""
    leave_marks(session)  # the check follows at once
    authorization.code = vault.seal(code, authorization, "code")
    authorization.status = AuthorizationStatus.RETURNED
    authorization.next_try_at = now() + TAKEN_UP_AFTER
    enqueue(
        session,
        FINISH_AUTHORIZATION,
        at=authorization.next_try_at,
        authorization_id=authorization.id,
    )


def _word(text: str) -> str:
    """An error word from outside, as OAuth incidents them; anything else is dropped."""
    return text if re.fullmatch(r"[a-z_]{1,64}", text) else ""
