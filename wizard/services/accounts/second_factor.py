"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for who has lost it.

A code counts once, wrong ones are counted for the account. A recovery code cannot be guessed, so that its
owner gets in with it while a stranger who knows her password has used up the tries: wrong ones are counted
for the network alone.
"""

import base64
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from wizard.models import (
    AuditAction,
    LetterKind,
    Passkey,
    RecoveryCode,
    SignInWay,
    StaffSession,
    User,
    now,
)
from wizard.services.accounts import half_sign_ins, owner_letters, sessions
from wizard.services.accounts.staff import SignIn, TooManyTriesError, begin_session
from wizard.services.audit.trail import about_user, acting, record
from wizard.services.crypto.digests import digest
from wizard.services.crypto.vault import Vault
from wizard.services.throttling import rate_limits

STEP = 30  # seconds that one code is shown
CLOCKS_DIFFER = 1  # steps that a phone's clock may be ahead or behind
CODE = re.compile(r"[0-9]{6}")
BETWEEN = re.compile(r"[\W_]+")
RECOVERY_CODES, RECOVERY_BYTES = 10, 15  # 120 bits each: what cannot be guessed is kept as a digest
LIMITS = (
    ("second_factor", 10, timedelta(minutes=15)),
    ("second_factor_day", 50, timedelta(days=1)),
)
RECOVERY_TRIES, RECOVERY_WINDOW = 20, timedelta(minutes=15)
ISSUER = "Kopplingsguiden"


class CodeWrongError(Exception):
    """The code is not the app's at this moment, has been used, or is no recovery code of hers."""


class HalfEndedError(Exception):
    """She has to show her password again: it was too long ago, or she has been shut out since."""


class FactorPresentError(Exception):
    """She has codes of an app already."""


@dataclass(frozen=True)
class Offer:
    """A secret for an app: to be typed (base32), and as an ``otpauth`` address for a QR code."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def offer(session: Session, vault: Vault, user: User) -> Offer:
    """The secret to put into an app; the same until it is proved. Commits. Raises FactorPresentError."""
    session.refresh(user, ["totp_secret", "totp_confirmed_at"], with_for_update=True)
    if user.totp_confirmed_at is not None:
        session.rollback()
        raise FactorPresentError
    if user.totp_secret is None:
        user.totp_secret = vault.seal(pyotp.random_base32(), user, "totp_secret")
    secret = vault.open(user.totp_secret, user, "totp_secret")
    session.commit()
    return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER))


def prove(session: Session, vault: Vault, user: User, token: str, code: str) -> list[str]:
    """Turn codes on, since she has shown one; returns her recovery codes. Commits.

    Every session but the one with this secret ends: it was begun without.
    Raises FactorPresentError, CodeWrongError or TooManyTriesError.
    """
    if user.totp_confirmed_at is not None or user.totp_secret is None:
        raise FactorPresentError
    _use_code(session, vault, user, as_shown(code))
    user.totp_confirmed_at = now()
    record(session, AuditAction.SECOND_FACTOR_ADDED, about_user(user), after={"kind": "code"})
    owner_letters.post(session, LetterKind.FACTOR_CHANGED, user, topic=owner_letters.ADDED)
    codes = _new_recovery_codes(session, user)
    here = update(StaffSession).where(StaffSession.token_hash == digest(token))
    session.execute(here.values(second_factor_at=now(), confirmed_at=now()))
    sessions.end_others(session, user, token)
    return codes


def check(session: Session, vault: Vault, user: User, code: str) -> None:
    """Use up a code of her app, or a recovery code. The caller commits; a wrong one is noted, and commits.

    Raises CodeWrongError, or TooManyTriesError before a code is looked at.
    """
    written = as_shown(code)
    try:
        if CODE.fullmatch(written):
            _use_code(session, vault, user, written)
        else:
            _use_recovery_code(session, user, written)
    except CodeWrongError:
        session.rollback()
        record(session, AuditAction.SIGN_IN_REFUSED, about_user(user), after={"kind": "code"})
        session.commit()
        raise


def as_shown(code: str) -> str:
    """A code without what stands between its signs, and in the usual digits, however it was written."""
    return BETWEEN.sub("", unicodedata.normalize("NFKC", code))


def let_in(session: Session, vault: Vault, token: str, code: str) -> SignIn:
    """Turn a half sign-in into a session. Commits.

    Raises HalfEndedError, CodeWrongError or TooManyTriesError.
    """
    user = half_sign_ins.find(session, token)
    if user is None:
        raise HalfEndedError
    check(session, vault, user, code)
    if not half_sign_ins.take(session, token):
        session.rollback()
        raise HalfEndedError
    begun = begin_session(session, user, SignInWay.PASSWORD, with_factor=True)
    session.commit()
    return begun


def remove(session: Session, user: User) -> None:
    """Take every second factor and recovery code away. Commits. Idempotent.

    Her sessions count from now on as begun with a password alone.
    """
    passkeys = session.scalars(
        delete(Passkey).where(Passkey.user_id == user.id).returning(Passkey.id)
    ).all()
    had = user.totp_confirmed_at is not None or bool(passkeys)
    # totp_last_step stays: a code that was used counts for no secret that comes after
    user.totp_secret = user.totp_confirmed_at = None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    hers = update(StaffSession).where(StaffSession.user_id == user.id)
    session.execute(hers.values(second_factor_at=None))
    if had:
        record(session, AuditAction.SECOND_FACTOR_REMOVED, about_user(user))
        owner_letters.post(session, LetterKind.FACTOR_CHANGED, user, topic=owner_letters.REMOVED)
    session.commit()


def reset(session: Session, user: User) -> None:
    """As remove, for who has lost it; every session of hers ends. Commits."""
    sessions.end(session, StaffSession.user_id == user.id)
    record(session, AuditAction.SESSIONS_ENDED, about_user(user))
    remove(session, user)


def make_recovery_codes(session: Session, user: User) -> list[str]:
    """New recovery codes in place of the old ones, as people write them. Commits."""
    codes = _new_recovery_codes(session, user)
    session.commit()
    return codes


def recovery_codes_left(session: Session, user: User) -> int:
    """How many of her recovery codes are unused."""
    unused = (RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count(RecoveryCode.id)).where(*unused)) or 0


def _use_code(session: Session, vault: Vault, user: User, code: str) -> None:
    """Count the try, then use the code up: of the steps that the app may show, each only once."""
    for name, limit, window in LIMITS:
        found = rate_limits.hit(session, name, user.public_id, limit, window)
        if not found.allowed:
            raise TooManyTriesError(found.retry_after)
    if user.totp_secret is None or not CODE.fullmatch(code):
        raise CodeWrongError
    step = _step_of(vault.open(user.totp_secret, user, "totp_secret"), code)
    if step is None or not _take_step(session, user, step):
        raise CodeWrongError
    for name, _limit, window in LIMITS:
        rate_limits.take_back(session, name, user.public_id, window)


def _take_step(session: Session, user: User, step: int) -> bool:
    """False if a code of this step, or of one after it, has been used."""
    unused = or_(User.totp_last_step.is_(None), User.totp_last_step < step)
    used = update(User).where(User.id == user.id, unused).values(totp_last_step=step)
    return session.scalar(used.returning(User.id)) is not None


def _step_of(secret: str, code: str) -> int | None:
    """The step whose code this is, near the present one; None if there is none."""
    app, here = pyotp.TOTP(secret), int(now().timestamp()) // STEP
    near = range(here - CLOCKS_DIFFER, here + CLOCKS_DIFFER + 1)
    fitting = [step for step in near if secrets.compare_digest(app.generate_otp(step), code)]
    return max(fitting, default=None)


def _use_recovery_code(session: Session, user: User, written: str) -> None:
    subject = f"{user.public_id}\n{rate_limits.network(acting().address)}"
    found = rate_limits.hit(session, "recovery_code", subject, RECOVERY_TRIES, RECOVERY_WINDOW)
    if not found.allowed:
        raise TooManyTriesError(found.retry_after)
    used = update(RecoveryCode).where(
        RecoveryCode.user_id == user.id,
        RecoveryCode.code_hash == digest(written.lower()),
        RecoveryCode.used_at.is_(None),
    )
    if session.scalar(used.values(used_at=now()).returning(RecoveryCode.id)) is None:
        raise CodeWrongError
    rate_limits.take_back(session, "recovery_code", subject, RECOVERY_WINDOW)
    record(session, AuditAction.RECOVERY_CODE_USED, about_user(user))


def _new_recovery_codes(session: Session, user: User) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [
        base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
        for _ in range(RECOVERY_CODES)
    ]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=digest(code)) for code in codes)
    record(session, AuditAction.RECOVERY_CODES_MADE, about_user(user))
    return ["-".join(re.findall("....", code)) for code in codes]
