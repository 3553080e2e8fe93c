"""Names of people, firms and companies: one line that shows as it reads."""

import unicodedata

LONGEST = 200
UNSHOWABLE = {"Cc", "Cs", "Cn"}


class NameInvalidError(ValueError):
    """Empty, longer than 200 characters, or with characters that no name has."""


def printable(text: str | None) -> str:
    """The text without what cannot be shown: control characters, and half ones."""
    kept = (letter for letter in text or "" if unicodedata.category(letter) not in UNSHOWABLE)
    return "".join(kept)


def clean_name(text: str) -> str:
    """The name with single spaces and composed letters, 1 to 200 characters; else NameInvalidError.

    What cannot be seen is left out, so that no name passes for another or turns the text around.
    """
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    name = unicodedata.normalize("NFC", " ".join(visible.split()))
    if not 1 <= len(name) <= LONGEST or not any(letter.isalnum() for letter in name):
        raise NameInvalidError
    if any(unicodedata.category(letter).startswith("C") for letter in name):
        raise NameInvalidError
    return name
