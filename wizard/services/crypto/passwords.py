"""Staff passwords: argon2id, with equal work whether or not the account exists."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordLengthError(ValueError):
    """The password is too short or too long."""


def check_length(password: str) -> None:
    """Raise PasswordLengthError for a new password of fewer than 12 or more than 200 characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordLengthError


def hash_password(password: str) -> str:
    """The hash to store for a password."""
    return _hasher.hash(_bytes(password))


def verify_password(stored: str | None, password: str) -> bool:
    """True if the password matches the stored hash; does equal work if there is none (None)."""
    try:
        return _hasher.verify(stored or _nobodys(), _bytes(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """True if the hash was made with other parameters than the current ones and should be replaced."""
    return _hasher.check_needs_rehash(stored)


def new_password() -> str:
    """A random password."""
    return secrets.token_urlsafe(15)


def _bytes(password: str) -> bytes:
    """The password as bytes, in Unicode normal form, so that keyboards do not matter."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_bytes(32))
