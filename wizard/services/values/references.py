"""A firm's own reference to a company, such as its client number."""

from wizard.services.values.own_words import fair_words

LONGEST = 50


class ReferenceInvalidError(ValueError):
    """Longer than 50 characters."""


def clean_reference(text: str | None) -> str | None:
    """The reference on one line, None for nothing. Raises ReferenceInvalidError or WordsUnfairError."""
    reference = fair_words(text)
    if len(reference) > LONGEST:
        raise ReferenceInvalidError
    return reference or None
