"""Passwords are known again by their letters, and nobody is told whether there was one."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from wizard.services.crypto.passwords import (
    LONGEST,
    SHORTEST,
    PasswordLengthError,
    check_length,
    hash_password,
    is_outdated,
    new_password,
    verify_password,
)

SPOKEN = "Åsnan äter öl och ost"


def test_a_password_is_known_again_and_another_is_not() -> None:
    stored = hash_password(SPOKEN)
    assert SPOKEN not in stored
    assert verify_password(stored, SPOKEN)
    assert not verify_password(stored, SPOKEN.lower())
    assert stored != hash_password(SPOKEN)


def test_the_same_letters_are_the_same_password_however_a_keyboard_composes_them() -> None:
    apart = unicodedata.normalize("NFD", SPOKEN)
    assert apart != SPOKEN
    assert verify_password(hash_password(apart), SPOKEN)


@pytest.mark.parametrize("stored", [None, "", "nonsense", "$argon2id$v=19$m=1,t=1,p=1$x$y"])
def test_what_is_no_stored_password_is_nobodys(stored: str | None) -> None:
    assert not verify_password(stored, SPOKEN)
    assert not verify_password(stored, "\ud800")


def test_a_password_has_twelve_to_two_hundred_characters() -> None:
    check_length("å" * SHORTEST)
    check_length("å" * LONGEST)
    for number in (0, SHORTEST - 1, LONGEST + 1):
        with pytest.raises(PasswordLengthError):
            check_length("å" * number)


def test_a_password_of_ours_is_long_enough_and_always_another() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        check_length(password)


def test_what_was_made_with_less_work_is_to_be_made_anew() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(SPOKEN)
    assert is_outdated(weak)
    assert verify_password(weak, SPOKEN)
    assert not is_outdated(hash_password(SPOKEN))
