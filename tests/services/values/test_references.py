"""A firm's own reference: one short line, and no address."""

import pytest

from wizard.services.values.own_words import WordsUnfairError
from wizard.services.values.references import ReferenceInvalidError, clean_reference


@pytest.mark.parametrize(
    ("text", "reference"),
    [(" K-1042 ", "K-1042"), ("10\t42", "10 42"), ("x" * 50, "x" * 50), ("", None), (None, None)],
)
def test_a_reference_is_one_line(text: str | None, reference: str | None) -> None:
    assert clean_reference(text) == reference


@pytest.mark.parametrize(
    ("text", "error"), [("x" * 51, ReferenceInvalidError), ("evil.app", WordsUnfairError)]
)
def test_a_long_one_and_an_address_are_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        clean_reference(text)
