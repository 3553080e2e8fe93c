"""Passwords are known again by their letters, and nobody is told whether there was one."""

import time
import unicodedata
from contextlib import suppress

import pytest
from argon2 import PasswordHasher

from wizard.services.crypto.passwords import (
    LONGEST,
    SHORTEST,
    PasswordCommonError,
    PasswordLengthError,
    PasswordOwnWordsError,
    PasswordPatternError,
    PasswordRefusedError,
    check_password,
    hash_password,
    is_outdated,
    new_password,
    verify_password,
)

SPOKEN = "Åsnan äter öl och ost"
HERS = ["Olga Ekström", "olga.ekstrom@byran.example", "Byrån i Växjö AB"]


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
    long = (SPOKEN * 10)[:LONGEST]
    check_password(SPOKEN[:SHORTEST], HERS)
    check_password(long, HERS)
    for text in (
        "",
        SPOKEN[: SHORTEST - 1],
        long + "!",
        unicodedata.normalize("NFD", SHORTEST // 2 * "å"),
    ):
        with pytest.raises(PasswordLengthError):
            check_password(text, HERS)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Password1234!", PasswordCommonError),
        ("Lösenord lösenord", PasswordCommonError),
        ("Sommar2026sommar", PasswordCommonError),
        ("Bokföring2026!", PasswordCommonError),
        ("kopplingsguiden", PasswordCommonError),
        ("aaaaaaaaaaaaaaaaaaaa", PasswordPatternError),
        ("xk3" * 30, PasswordPatternError),
        ("abcdefghijklmnop", PasswordPatternError),
        ("OLGA EKSTROM 2026", PasswordOwnWordsError),
        ("Olga 2026!!  ", PasswordOwnWordsError),
        ("olga.ekstrom@byran.example", PasswordOwnWordsError),
        ("Växjö Ekström 1", PasswordOwnWordsError),
    ],
)
def test_a_password_that_is_guessed_first_is_refused_with_why(
    password: str, why: type[PasswordRefusedError]
) -> None:
    with pytest.raises(PasswordRefusedError) as refused:
        check_password(password, HERS)
    assert refused.type is why


def test_what_says_who_she_is_may_be_part_of_a_long_password() -> None:
    check_password("Olga samlar på gamla tåg", HERS)
    check_password("Växjö Ekström 1", [])


def test_a_text_that_is_made_to_delay_us_is_judged_within_seconds() -> None:
    began = time.thread_time()
    for text in ("4@8({[<369&#!1/|0$5+7%2x" * 8, "{+89(272$1<(241|%4796" * 9, "1" * LONGEST):
        with suppress(PasswordRefusedError):
            check_password(text, HERS)
    assert time.thread_time() - began < 10


def test_a_password_of_ours_is_good_enough_and_always_another() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        check_password(password, HERS)


def test_what_was_made_with_less_work_is_to_be_made_anew() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(SPOKEN)
    assert is_outdated(weak)
    assert verify_password(weak, SPOKEN)
    assert not is_outdated(hash_password(SPOKEN))
