"""Passkeys (WebAuthn): made by who has codes of an app as well.

They are shown at sign-in in place of a code, or alone, when the device has asked its owner for a PIN,
finger or face: then they are both factors. No challenge is stored: each is derived from a secret that the
browser holds and that counts once.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import webauthn
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from wizard.models import AuditAction, LetterKind, Passkey, SignInWay, User, now
from wizard.services.accounts import half_sign_ins, owner_letters
from wizard.services.accounts.password_use import may_use_password
from wizard.services.accounts.second_factor import ISSUER, HalfEndedError
from wizard.services.accounts.staff import SignIn, SignInElsewhereError, begin_session
from wizard.services.audit.trail import NOTHING, about_user, record
from wizard.services.crypto.digests import digest

LONGEST_NAME = 60
TIMEOUT_MS = 60_000  # how long a browser waits for a key to be chosen and shown


class PasskeyRefusedError(Exception):
    """The browser's answer proves nothing, or the passkey is there already."""


@dataclass(frozen=True)
class Site:
    """Where passkeys are for: the host name, and the public address that pages stand at."""

    host: str
    address: str


@dataclass(frozen=True)
class Question:
    """What a browser was asked with, and when: a passkey that was used since answers another one."""

    secret: str = field(repr=False)
    asked_at: datetime


def passkeys_of(session: Session, user: User) -> list[Passkey]:
    """Her passkeys, the oldest first."""
    return list(
        session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id))
    )


def wish(session: Session, site: Site, user: User, token: str) -> str:
    """What a browser is to make, as JSON, in the session with this secret."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=ISSUER,
            user_id=user.public_id.encode(),
            user_name=user.email,
            user_display_name=user.name,
            challenge=_challenge("make", token),
            authenticator_selection=webauthn.helpers.structs.AuthenticatorSelectionCriteria(
                resident_key=webauthn.helpers.structs.ResidentKeyRequirement.PREFERRED,  # found without her address
                user_verification=webauthn.helpers.structs.UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_named(passkeys_of(session, user)),
        )
    )


def add(session: Session, site: Site, user: User, token: str, name: str, answer: str) -> None:
    """Keep the passkey that the browser made. Commits. Raises PasskeyRefusedError."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=_challenge("make", token),
            expected_rp_id=site.host,
            expected_origin=site.address,
        )
    except _broken():
        raise PasskeyRefusedError from None
    key = Passkey(
        user_id=user.id,
        name=name[:LONGEST_NAME],
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )
    session.add(key)
    after = {"kind": "passkey", "name": key.name}
    try:
        record(session, AuditAction.SECOND_FACTOR_ADDED, about_user(user), after=after)
        owner_letters.post(session, LetterKind.FACTOR_CHANGED, user, topic=owner_letters.ADDED)
        session.commit()
    except IntegrityError:
        session.rollback()
        raise PasskeyRefusedError from None


def remove(session: Session, user: User, public_id: str) -> bool:
    """Take one passkey away; False if she has none with this id. Commits."""
    mine = (Passkey.user_id == user.id, Passkey.public_id == public_id)
    key = session.scalar(select(Passkey).where(*mine))
    if key is None:
        return False
    before = {"kind": "passkey", "name": key.name}
    session.delete(key)
    record(session, AuditAction.SECOND_FACTOR_REMOVED, about_user(user), before=before)
    owner_letters.post(session, LetterKind.FACTOR_CHANGED, user, topic=owner_letters.REMOVED)
    session.commit()
    return True


def question(session: Session, site: Site, user: User, secret: str) -> str | None:
    """What a browser is to show one of her passkeys for, as JSON; None if she has none."""
    keys = passkeys_of(session, user)
    if not keys:
        return None
    return _request(site, _challenge("show", secret), "preferred", keys)


def question_to_anybody(site: Site, secret: str) -> str:
    """What a browser is to show any passkey for, as JSON, after a PIN, a finger or a face."""
    return _request(site, _challenge("alone", secret), "required")


def let_in(session: Session, site: Site, half: str, answer: str) -> SignIn:
    """Turn a half sign-in into a session. Commits. Raises HalfEndedError or PasskeyRefusedError."""
    user = half_sign_ins.find(session, half)
    if user is None:
        raise HalfEndedError
    try:
        _verify(site, _shown(session, answer, user), _challenge("show", half), answer)
    except PasskeyRefusedError:
        _note_refusal(session, user)
        raise
    if not half_sign_ins.take(session, half):
        session.rollback()
        raise HalfEndedError
    begun = begin_session(session, user, SignInWay.PASSWORD, with_factor=True)
    session.commit()
    return begun


def sign_in(
    session: Session, site: Site, asked: Question, answer: str, break_glass: Collection[str] = ()
) -> SignIn:
    """Create a session for who has shown a passkey and nothing else. Commits.

    Raises PasskeyRefusedError, or SignInElsewhereError as for a password.
    """
    user = None
    try:
        key = _shown(session, answer)
        user = key.user
        _is_unused_since(key, asked)
        _verify(site, key, _challenge("alone", asked.secret), answer, is_alone=True)
        if not user.active:
            raise PasskeyRefusedError
        if not may_use_password(user, break_glass):
            raise SignInElsewhereError
    except (PasskeyRefusedError, SignInElsewhereError):
        _note_refusal(session, user)
        raise
    begun = begin_session(session, user, SignInWay.PASSKEY, with_factor=True)
    session.commit()
    return begun


def check(session: Session, site: Site, user: User, asked: Question, answer: str) -> None:
    """Take one of her passkeys for the question that she was asked. The caller commits; a refusal commits.

    Raises PasskeyRefusedError.
    """
    try:
        key = _shown(session, answer, user)
        _is_unused_since(key, asked)
        _verify(site, key, _challenge("show", asked.secret), answer)
    except PasskeyRefusedError:
        _note_refusal(session, user)
        raise


def _shown(session: Session, answer: str, user: User | None = None) -> Passkey:
    """The passkey that an answer names, locked; with ``user`` only of hers."""
    try:
        told = json.loads(answer)
        shown = webauthn.base64url_to_bytes(str(told["rawId"]))
        owner = told["response"].get("userHandle")
        named = webauthn.base64url_to_bytes(owner).decode() if owner else None
    except _broken(AttributeError):
        raise PasskeyRefusedError from None
    key = session.scalar(
        select(Passkey)
        .where(Passkey.credential_id == shown)
        .options(joinedload(Passkey.user, innerjoin=True).joinedload(User.firm))
        .with_for_update(of=Passkey)
    )
    if key is None or key.user_id != (user.id if user else key.user_id):
        raise PasskeyRefusedError
    if named not in {None, key.user.public_id}:
        raise PasskeyRefusedError
    return key


def _is_unused_since(key: Passkey, asked: Question) -> None:
    if key.last_used_at is not None and key.last_used_at >= asked.asked_at:
        raise PasskeyRefusedError


def _verify(
    site: Site, key: Passkey, challenge: bytes, answer: str, *, is_alone: bool = False
) -> None:
    try:
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.address,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
            require_user_verification=is_alone,
        )
    except _broken():
        raise PasskeyRefusedError from None
    key.sign_count, key.last_used_at = found.new_sign_count, now()


def _note_refusal(session: Session, user: User | None) -> None:
    """Write that a passkey was refused; of one that nobody has, without a name. Commits."""
    session.rollback()
    about = about_user(user) if user else NOTHING
    record(session, AuditAction.SIGN_IN_REFUSED, about, after={"kind": "passkey"})
    session.commit()


def _broken(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What a forged answer raises."""
    wrong = webauthn.helpers.exceptions.WebAuthnException
    return (wrong, ValueError, KeyError, TypeError, *more)


def _challenge(what: str, token: str) -> bytes:
    return digest(f"passkey\n{what}\n{token}")


def _request(
    site: Site, challenge: bytes, verification: str, keys: Collection[Passkey] = ()
) -> str:
    """PublicKeyCredentialRequestOptionsJSON of https://www.w3.org/TR/webauthn-3/, without keys for any.

    Written here since the page to sign in asks everybody, and the library that reads the answers is large.
    """
    options = {
        "challenge": _text(challenge),
        "timeout": TIMEOUT_MS,
        "rpId": site.host,
        "allowCredentials": [
            {"id": _text(key.credential_id), "type": "public-key"} for key in keys
        ],
        "userVerification": verification,
    }
    return json.dumps(options)


def _text(raw: bytes) -> str:
    """As browsers write bytes: base64url without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _named(keys: list[Passkey]) -> "list[webauthn.helpers.structs.PublicKeyCredentialDescriptor]":
    return [
        webauthn.helpers.structs.PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys
    ]
