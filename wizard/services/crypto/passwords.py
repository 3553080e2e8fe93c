"""Staff passwords: argon2id, with equal work whether or not the account exists."""

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wizard.services.crypto import guessing

SHORTEST, LONGEST = 12, 200
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordRefusedError(ValueError):
    """The password may not be chosen; the class says why."""


class PasswordLengthError(PasswordRefusedError):
    """The password is too short or too long."""


class PasswordCommonError(PasswordRefusedError):
    """It is one of those that many people have, or is made of words that are tried first."""


class PasswordPatternError(PasswordRefusedError):
    """It is a repeat, a sequence, a row of keys or a date."""


class PasswordOwnWordsError(PasswordRefusedError):
    """What it has beside her name, her address or her firm is too little."""


def check_password(password: str, own: Iterable[str]) -> None:
    """Raise PasswordRefusedError for a new password that is not long or is easy to guess.

    It has 12 to 200 characters. ``own`` are texts that say who she is: her name, address and firm.
    """
    text = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise PasswordLengthError
    if not guessing.is_hard(text):
        raise PasswordPatternError if guessing.is_pattern(text) else PasswordCommonError
    if not guessing.is_hard_without(text, guessing.COMMON):
        raise PasswordCommonError
    if not guessing.is_hard_without(text, [*guessing.COMMON, *own]):
        raise PasswordOwnWordsError


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
