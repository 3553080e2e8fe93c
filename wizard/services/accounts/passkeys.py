"""Passkeys (WebAuthn): made by who has codes of an app as well, shown at sign-in in place of a code.

No challenge is stored: each is derived from a secret that the browser holds and that counts once.
"""

import json
from dataclasses import dataclass

import webauthn
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from wizard.models import AuditAction, Passkey, SignInWay, User, now
from wizard.services.accounts import half_sign_ins
from wizard.services.accounts.second_factor import ISSUER, HalfEndedError
from wizard.services.accounts.staff import SignIn, begin_session
from wizard.services.audit.trail import about_user, record
from wizard.services.crypto.digests import digest

LONGEST_NAME = 60
BROKEN = (WebAuthnException, ValueError, KeyError, TypeError)  # what a forged answer raises


class PasskeyRefusedError(Exception):
    """The browser's answer proves nothing, or the passkey is there already."""


@dataclass(frozen=True)
class Site:
    """Where passkeys are for: the host name, and the public address that pages stand at."""

    host: str
    address: str


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
    except BROKEN:
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
    session.commit()
    return True


def question(session: Session, site: Site, user: User, half: str) -> str | None:
    """What a browser is to show one of her passkeys for, as JSON; None if she has none."""
    keys = passkeys_of(session, user)
    if not keys:
        return None
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=site.host, challenge=_challenge("show", half), allow_credentials=_named(keys)
        )
    )


def let_in(session: Session, site: Site, half: str, answer: str) -> SignIn:
    """Turn a half sign-in into a session. Commits. Raises HalfEndedError or PasskeyRefusedError."""
    user = half_sign_ins.find(session, half)
    if user is None:
        raise HalfEndedError
    try:
        _verify(session, site, user, half, answer)
    except PasskeyRefusedError:
        session.rollback()
        about = about_user(user)
        record(session, AuditAction.SIGN_IN_REFUSED, about, after={"kind": "passkey"})
        session.commit()
        raise
    if not half_sign_ins.take(session, half):
        session.rollback()
        raise HalfEndedError
    begun = begin_session(session, user, SignInWay.PASSWORD, with_factor=True)
    session.commit()
    return begun


def _verify(session: Session, site: Site, user: User, half: str, answer: str) -> None:
    try:
        shown = webauthn.base64url_to_bytes(str(json.loads(answer)["rawId"]))
        mine = (Passkey.user_id == user.id, Passkey.credential_id == shown)
        key = session.scalar(select(Passkey).where(*mine).with_for_update())
        if key is None:
            raise PasskeyRefusedError
        found = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=_challenge("show", half),
            expected_rp_id=site.host,
            expected_origin=site.address,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except BROKEN:
        raise PasskeyRefusedError from None
    key.sign_count, key.last_used_at = found.new_sign_count, now()


def _challenge(what: str, token: str) -> bytes:
    return digest(f"passkey\n{what}\n{token}")


def _named(keys: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=key.credential_id) for key in keys]
