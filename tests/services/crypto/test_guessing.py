"""Guessing: what zxcvbn knows, and what it does not."""

import pytest

from wizard.services.crypto import guessing

HARD = "katten simmar i tvättmaskinen"


def test_what_nobody_guesses_is_hard() -> None:
    assert guessing.is_hard(HARD)
    assert guessing.is_hard_without(HARD, guessing.COMMON)


@pytest.mark.parametrize("word", guessing.COMMON)
def test_a_swedish_word_with_a_number_is_not_hard(word: str) -> None:
    for written in (f"{word}{word}12", f"{word.capitalize()} 2026!"):
        hard = guessing.is_hard(written) and guessing.is_hard_without(written, guessing.COMMON)
        assert not hard, written


def test_words_are_found_in_capitals_and_with_marks() -> None:
    for written in ("LÖSENORD 1234", "Lo\u0308senord 1234", "losenord1234"):
        assert not guessing.is_hard_without(written, ["lösenord"])
    assert guessing.is_hard_without(HARD, ["i"])  # which is in every text
