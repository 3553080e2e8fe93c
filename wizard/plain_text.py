"""Text from outside as one line of what a reader sees, the same way wherever it comes from."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

# Characters that are neither controls nor formats, and yet draw nothing: default ignorable code points
# (Unicode, DerivedCoreProperties.txt) of the categories Lo and Mn.
NOTHING = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
DASHES = re.compile("[\u2010-\u2015\u2212]")  # all that stand for a hyphen in pasted text
BLANK = re.compile(r"[\s\u2800]+")  # the braille cell without dots looks like a space


def one_line(text: str | None) -> str:
    """The text in NFC, with one space for every kind of white space, and without what takes no room.

    Line breaks are white space. Controls, direction marks, zero-width characters, soft hyphens, lone
    surrogates and characters that no font has are removed, so that what is stored is what is read.
    """
    spaced = BLANK.sub(" ", NOTHING.sub("", text or ""))
    kept = "".join(sign for sign in spaced if sign.isprintable())
    return " ".join(unicodedata.normalize("NFC", kept).split())


def plain_dashes(text: str) -> str:
    """One line, with a hyphen for every dash, such as a word processor's in a number."""
    return DASHES.sub("-", one_line(text))


def unbroken(text: str) -> str:
    """The text with spaces that no line breaks at, for telephone numbers and dates."""
    return text.replace(" ", "\u00a0")


def with_dates(text: str, write: Callable[[date], str]) -> str:
    """The text with each date such as 2026-02-07 as ``write`` writes it; 2026-99-99 is none, and stays."""

    def written(found: re.Match[str]) -> str:
        try:
            return write(date.fromisoformat(found[0]))
        except ValueError:
            return found[0]

    return DATE.sub(written, text)
