"""Names: one line that shows as it reads."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.services.values.names import NameInvalidError, clean_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Ängsbageriet \t AB\n", "Ängsbageriet AB"),
        ("A\u030angstro\u0308m AB", "Ångström AB"),
        ("Bageriet\u200b\u202eAB", "BagerietAB"),
        ("O'Neill & Söner <AB>", "O'Neill & Söner <AB>"),
        ("株式会社", "株式会社"),
        ("Anna\u2028Ek", "Anna Ek"),
        ("Anna\x1b\ud800Ek", "AnnaEk"),
    ],
)
def test_a_name_is_kept_as_it_reads(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "--", "\0", "\ud800", "\u3164", "x" * 201])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(NameInvalidError):
        clean_name(text)


@given(st.text())
def test_any_text_is_a_name_that_can_be_shown_or_refused(text: str) -> None:
    try:
        name = clean_name(text)
    except NameInvalidError:
        return
    assert 1 <= len(name) <= 200
    assert name == clean_name(name)
    assert not any(unicodedata.category(letter).startswith("C") for letter in name)
