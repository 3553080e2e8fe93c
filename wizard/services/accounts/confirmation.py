"""Proving again who one is, before what would do great harm in another's hands."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from wizard.models import AuditAction, IdentityProvider, StaffSession, User, now
from wizard.services.accounts import passkeys, second_factor, sessions
from wizard.services.accounts.identity.person import Person
from wizard.services.accounts.own_account import TRIES, PasswordWrongError
from wizard.services.accounts.passkeys import Question, Site
from wizard.services.accounts.second_factor import CODE, as_shown
from wizard.services.accounts.staff import WINDOW, TooManyTriesError
from wizard.services.audit.trail import about_user, record
from wizard.services.crypto.digests import digest
from wizard.services.crypto.passwords import SHORTEST, verify_password
from wizard.services.crypto.vault import Vault
from wizard.services.throttling import rate_limits

LASTS = timedelta(minutes=15)


def is_recent(confirmed_at: datetime) -> bool:
    """True if she proved who she is within the last 15 minutes."""
    return confirmed_at > now() - LASTS


class AnotherPersonError(Exception):
    """Whom the identity provider has signed in is somebody else."""


def confirm(session: Session, vault: Vault, user: User, token: str, proof: str) -> str:
    """Take her password, or a code of her app, for the session with this secret; returns its new one. Commits.

    Raises PasswordWrongError, CodeWrongError or TooManyTriesError.
    """
    is_code = len(proof) < SHORTEST and CODE.fullmatch(as_shown(proof))
    if user.totp_confirmed_at is not None and is_code:
        second_factor.check(session, vault, user, proof)
    else:
        _check_password(session, user, proof)
    return _note(session, user, token)


def confirm_with_passkey(
    session: Session, site: Site, user: User, token: str, asked: Question, answer: str
) -> str:
    """Take one of her passkeys, as confirm does. Commits. Raises PasskeyRefusedError."""
    passkeys.check(session, site, user, asked, answer)
    return _note(session, user, token)


def confirm_by_provider(
    session: Session, user: User, token: str, provider: IdentityProvider, person: Person
) -> str:
    """Take that her identity provider has just signed her in anew, as confirm does. Commits.

    Raises AnotherPersonError.
    """
    if (provider.id, person.subject) != (user.identity_provider_id, user.identity_subject):
        raise AnotherPersonError
    return _note(session, user, token)


def _note(session: Session, user: User, token: str) -> str:
    here = update(StaffSession).where(StaffSession.token_hash == digest(token))
    session.execute(here.values(confirmed_at=now()))
    new = sessions.renew(session, token)
    record(session, AuditAction.IDENTITY_CONFIRMED, about_user(user))
    session.commit()
    return new


def _check_password(session: Session, user: User, password: str) -> None:
    found = rate_limits.hit(session, "old_password", user.public_id, TRIES, WINDOW)
    if not found.allowed:
        raise TooManyTriesError(found.retry_after)
    if not verify_password(user.password_hash, password):
        raise PasswordWrongError
    rate_limits.take_back(session, "old_password", user.public_id, WINDOW)
