"""Staff: making accounts, signing in and out, and who is signed in."""

from dataclasses import dataclass, field
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from wizard.models import Firm, Role, StaffSession, User, now
from wizard.services import rate_limits
from wizard.services.names import clean_name
from wizard.services.passwords import check_length, hash_password, is_outdated, verify_password
from wizard.services.secrets import digest, new_secret

SESSION_LENGTH = timedelta(hours=12)
WINDOW = timedelta(minutes=15)
# Failures within a window. A stranger at one address soon has no more tries at an account, and
# hardly reaches the account's own limit, which stops the guessing of many strangers together.
ACCOUNT_AND_ADDRESS, ADDRESS, ACCOUNT = 10, 50, 100


class EmailInvalidError(ValueError):
    """Not an address that mail can be sent to."""


class EmailTakenError(Exception):
    """Somebody has an account with this address."""


class UserUnknownError(LookupError):
    """No account has this address."""


class FirmMismatchError(ValueError):
    """A member needs a firm; support and admin have none."""


class SignInRefusedError(Exception):
    """No active account has this address and this password."""


@dataclass
class TooManyTriesError(Exception):
    """Wait this many seconds before the next try."""

    retry_after: int


@dataclass(frozen=True)
class SignIn:
    """A session just begun; its secret is for the browser to keep."""

    user: User
    token: str = field(repr=False)


def create_user(
    session: Session, *, email: str, name: str, role: Role, firm: Firm | None, password: str
) -> User:
    """A new account; the password has at least 12 characters. Commits.

    Raises EmailInvalidError, EmailTakenError, FirmMismatchError, NameInvalidError or PasswordLengthError.
    """
    if (role is Role.MEMBER) != (firm is not None):
        raise FirmMismatchError
    check_length(password)
    user = User(
        email=clean_email(email),
        name=clean_name(name),
        role=role,
        firm=firm,
        password_hash=hash_password(password),
    )
    session.add(user)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        raise EmailTakenError from None
    return user


def clean_email(text: str) -> str:
    """The address as we store it, in lower case; EmailInvalidError when it is none."""
    try:
        found = validate_email(
            text.strip(),
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=True,  # lets .test through, which is there to try things with
        )
    except EmailNotValidError:
        raise EmailInvalidError from None
    return (found.ascii_email or found.normalized).lower()


def sign_in(session: Session, email: str, password: str, address: str | None) -> SignIn:
    """A new session of staff. Commits.

    ``address`` is the browser's. SignInRefusedError says nothing of why, and takes as long for an
    account that does not exist; TooManyTriesError comes before the password is looked at.
    """
    limits = _limits(email, rate_limits.network(address))
    _count(session, limits)
    user = _active_user(session, email)
    if not verify_password(user.password_hash if user else None, password) or user is None:
        session.rollback()
        raise SignInRefusedError
    if is_outdated(user.password_hash):
        user.password_hash = hash_password(password)
    for name, subject, _limit in limits:
        rate_limits.take_back(session, name, subject, WINDOW)
    begun = begin_session(session, user)
    session.commit()
    return begun


def begin_session(session: Session, user: User) -> SignIn:
    """A session for somebody who has shown who she is; the caller commits."""
    token = new_secret()
    session.add(StaffSession(token_hash=digest(token), user_id=user.id))
    return SignIn(user, token)


def signed_in(session: Session, token: str) -> User | None:
    """Whose session this is, with her firm; None when it has ended or is too old. One statement."""
    return session.scalar(
        select(User)
        .join(StaffSession, StaffSession.user_id == User.id)
        .where(
            StaffSession.token_hash == digest(token),
            StaffSession.ended_at.is_(None),
            StaffSession.created_at > now() - SESSION_LENGTH,
            User.active,
        )
        .options(joinedload(User.firm))
    )


def sign_out(session: Session, token: str) -> None:
    """End this session; ending it twice is the same as once. Commits."""
    _end(session, StaffSession.token_hash == digest(token))


def sign_out_everywhere(session: Session, email: str) -> None:
    """End every session of the account with this address. Commits; UserUnknownError without one."""
    user_id = session.scalar(select(User.id).where(User.email == email.strip().lower()))
    if user_id is None:
        raise UserUnknownError
    _end(session, StaffSession.user_id == user_id)


def forget_old_sessions(session: Session) -> int:
    """Delete sessions too old to be used; how many. Commits."""
    old = StaffSession.created_at <= now() - SESSION_LENGTH
    deleted = session.scalars(delete(StaffSession).where(old).returning(StaffSession.id)).all()
    session.commit()
    return len(deleted)


def _limits(email: str, network: str) -> list[tuple[str, str, int]]:
    account = email.strip().lower()
    return [
        ("sign_in_account_address", f"{account}\n{network}", ACCOUNT_AND_ADDRESS),
        ("sign_in_address", network, ADDRESS),
        ("sign_in_account", account, ACCOUNT),
    ]


def _count(session: Session, limits: list[tuple[str, str, int]]) -> None:
    """Count the try before its password is looked at; what one limit stops, the next never sees."""
    for name, subject, limit in limits:
        found = rate_limits.hit(session, name, subject, limit, WINDOW)
        if not found.allowed:
            raise TooManyTriesError(found.retry_after)


def _active_user(session: Session, email: str) -> User | None:
    try:
        address = clean_email(email)
    except EmailInvalidError:
        return None
    return session.scalar(select(User).where(User.email == address, User.active))


def _end(session: Session, which: ColumnElement[bool]) -> None:
    session.execute(
        update(StaffSession).where(which, StaffSession.ended_at.is_(None)).values(ended_at=now())
    )
    session.commit()
