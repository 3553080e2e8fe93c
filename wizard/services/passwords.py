"""Passwords of staff: argon2id, always with the same work, whoever asks."""

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordLengthError(ValueError):
    """The password is shorter or longer than we take."""


def check_length(password: str) -> None:
    """PasswordLengthError for a new password of fewer than 12 or more than 200 characters."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordLengthError


def hash_password(password: str) -> str:
    """What we store of a password."""
    return _hasher.hash(_bytes(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; as much work when there is none stored."""
    try:
        return _hasher.verify(stored or _nobodys(), _bytes(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether it was made with other parameters than today's, and should be made anew."""
    return _hasher.check_needs_rehash(stored)


def new_password() -> str:
    """A password that nobody can guess."""
    return secrets.token_urlsafe(15)


def _bytes(password: str) -> bytes:
    """The same for the same letters, however the keyboard composes them."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_bytes(32))
