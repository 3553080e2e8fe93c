"""Staff: accounts, signing in and out, and the limits on failed tries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from wizard.models import AuditAction, Firm, Role, SignInWay, StaffSession, User, now
from wizard.services.accounts import half_sign_ins, sessions
from wizard.services.accounts.chosen_passwords import choose_password, still_opens
from wizard.services.accounts.password_use import may_use_password
from wizard.services.audit.trail import NOTHING, about_user, acting, acting_as, by_user, record
from wizard.services.crypto.digests import digest, new_secret
from wizard.services.crypto.passwords import (
    hash_password,
    is_outdated,
    verify_password,
)
from wizard.services.throttling import rate_limits
from wizard.services.values.email_addresses import EmailInvalidError, clean_email, pasted_email
from wizard.services.values.own_words import Own, fair_name

WINDOW = timedelta(minutes=15)
# Failures within a window. An attacker at one address soon reaches the limit for that address and
# account, long before the account's own limit, which stops guesses from many addresses together.
ACCOUNT_AND_ADDRESS, ADDRESS, ACCOUNT = 10, 50, 100
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
VOUCHED_FOR = (SignInWay.HANDOVER, SignInWay.SINGLE_SIGN_ON)  # by others, who signed her in


class EmailTakenError(Exception):
    """An account with this address exists already."""


class UserUnknownError(LookupError):
    """No account has this address."""


class FirmMismatchError(ValueError):
    """A member needs a firm; support and admin have none."""


class SignInRefusedError(Exception):
    """No active account has this address and password."""


class SignInElsewhereError(SignInRefusedError):
    """The password is right, but she is to sign in with her identity provider."""


@dataclass
class TooManyTriesError(Exception):
    """Too many failed tries; holds the seconds to wait before the next one."""

    retry_after: int


@dataclass(frozen=True)
class KnownBrowser:
    """A browser that has signed in before: its random id, and the public ids of accounts, the last one last."""

    id: str
    accounts: tuple[str, ...]


@dataclass(frozen=True)
class SignIn:
    """A new session, and how it began; the browser stores its secret.

    At half it is no session yet: the second factor is to be shown.
    """

    user: User
    token: str = field(repr=False)
    way: SignInWay
    at_half: bool = False


def create_user(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    firm: Firm | None,
    password: str | None = None,
    must_change: bool = False,
) -> User:
    """Create an account; without a password, its owner is to choose one by a link. The caller commits.

    ``must_change`` asks her for another one at the first sign-in. Raises EmailInvalidError,
    EmailTakenError, FirmMismatchError, NameInvalidError, WordsUnfairError or PasswordRefusedError.
    """
    if (role is Role.MEMBER) != (firm is not None):
        raise FirmMismatchError
    user = User(
        email=clean_email(email),
        name=fair_name(name, Own.of(clean_email(email), firm.contact_email if firm else None)),
        role=role,
        firm=firm,
    )
    if password is not None:
        choose_password(user, password)
        user.must_change_password = must_change
    session.add(user)
    try:
        about, after = about_user(user), {"role": role, "email": user.email}
        record(session, AuditAction.ACCOUNT_CREATED, about, after=after)
        session.flush()
    except IntegrityError:
        session.rollback()
        raise EmailTakenError from None
    return user


def sign_in(
    session: Session,
    email: str,
    password: str,
    address: str | None,
    browser: KnownBrowser | None = None,
    break_glass: Collection[str] = (),
) -> SignIn:
    """Create a session for staff; for who has a second factor, a sign-in at half. Commits.

    ``address`` is the browser's IP address; in a ``browser`` that has signed in to the account before,
    only its own failures count. SignInRefusedError gives no reason and takes as long for
    an account that does not exist; TooManyTriesError is raised before the password is verified.
    SignInElsewhereError, with the right password only, is for who has to come by an identity provider;
    ``break_glass`` are admins who have not.
    """
    user = _active_user(session, email)
    if user and browser and user.public_id in browser.accounts:
        limits = [("sign_in_known", f"{user.public_id}\n{browser.id}", ACCOUNT_AND_ADDRESS)]
    else:
        limits = _limits(email, rate_limits.network(address))
    _count(session, limits)
    stored = user.password_hash if user else None
    right = verify_password(stored, password)
    if not right or user is None or not still_opens(session, user, stored, password):
        session.rollback()
        _refused(session, user)
        raise SignInRefusedError
    if not may_use_password(user, break_glass):
        _refused(session, user)
        raise SignInElsewhereError
    if user.password_hash and is_outdated(user.password_hash):
        user.password_hash = hash_password(password)
    for name, subject, _limit in limits:
        rate_limits.take_back(session, name, subject, WINDOW)
    if half_sign_ins.has_second_factor(session, user):
        token = half_sign_ins.begin(session, user)
        begun = SignIn(user, token, SignInWay.PASSWORD, at_half=True)
    else:
        begun = begin_session(session, user, SignInWay.PASSWORD)
    session.commit()
    return begun


def begin_session(
    session: Session,
    user: User,
    way: SignInWay,
    *,
    with_factor: bool = False,
    told: Mapping[str, str] = NOTHING_MORE,
) -> SignIn:
    """Create a session for an authenticated user. The caller commits.

    ``told`` is what the audit trail is told beside the way.

    Who came from the platform or an identity provider has proved nothing here, and may have signed in
    there long ago: she has to before anything that asks for it.
    """
    token, moment = new_secret(), now()
    begun = StaffSession(token_hash=digest(token), user_id=user.id, way=way)
    begun.confirmed_at = NEVER if way in VOUCHED_FOR else moment
    begun.second_factor_at = moment if with_factor else None
    session.add(begun)
    user.last_seen_at = moment
    with acting_as(by_user(user, acting().address)):
        record(session, AuditAction.SIGNED_IN, about_user(user), after={"way": way, **told})
    return SignIn(user, token, way)


def signed_in(session: Session, token: str) -> User | None:
    """The session's user, with the firm; None if the session has ended or expired. One statement."""
    found = sessions.find(session, token)
    return found.user if found else None


def sign_out(session: Session, token: str) -> None:
    """End this session. Idempotent. Commits."""
    user = signed_in(session, token)
    if user is not None:
        record(session, AuditAction.SIGNED_OUT, about_user(user))
    sessions.end(session, StaffSession.token_hash == digest(token))
    session.commit()


def sign_out_everywhere(session: Session, email: str) -> None:
    """End every session of the account with this address. Commits. Raises UserUnknownError."""
    user = session.scalar(select(User).where(User.email == account_address(email)))
    if user is None:
        raise UserUnknownError
    record(session, AuditAction.SESSIONS_ENDED, about_user(user))
    sessions.end(session, StaffSession.user_id == user.id)
    session.commit()


def _refused(session: Session, user: User | None) -> None:
    """Note a refused try; of an address without an account nothing, since it may be a password. Commits."""
    about = about_user(user) if user else NOTHING
    record(session, AuditAction.SIGN_IN_REFUSED, about)
    session.commit()


def _limits(email: str, network: str) -> list[tuple[str, str, int]]:
    account = account_address(email)
    return [
        ("sign_in_account_address", f"{account}\n{network}", ACCOUNT_AND_ADDRESS),
        ("sign_in_address", network, ADDRESS),
        ("sign_in_account", account, ACCOUNT),
    ]


def _count(session: Session, limits: list[tuple[str, str, int]]) -> None:
    """Count the try before the password is verified; a try refused by one limit is not counted by the next."""
    for name, subject, limit in limits:
        found = rate_limits.hit(session, name, subject, limit, WINDOW)
        if not found.allowed:
            raise TooManyTriesError(found.retry_after)


def id_of(session: Session, public_id: str) -> int | None:
    """The id of the account with this public id."""
    return session.scalar(select(User.id).where(User.public_id == public_id))


def account_address(email: str) -> str:
    """The address as an account has it, however it is written; of what is no address, the text itself."""
    try:
        return clean_email(email)
    except EmailInvalidError:
        return pasted_email(email).casefold()


def _active_user(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == account_address(email), User.active))
