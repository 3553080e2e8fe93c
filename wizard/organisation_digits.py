"""The digits of an organisation number, however it is written: one reading for people and providers."""

import re
import unicodedata

from wizard.plain_text import plain_dashes

SEPARATORS = re.compile(r"[ .:+-]")
LABELLED = re.compile(r"org(?:anisations?)?(?:nr|nummer)", re.IGNORECASE)
# A Swedish VAT number: the ten digits between SE and 01.
VAT_NUMBER = re.compile(r"SE([0-9]{10})01", re.IGNORECASE)
# What stands before the ten digits where twelve are written: 16 for legal persons, else the year of birth's.
CENTURIES = re.compile(r"(?:16|18|19|20)([0-9]{10})")
BARE_VAT_NUMBER = re.compile(r"([0-9]{10})01")


def digits_of(text: str) -> str:
    """A number as people write it, or its beginning, without separators and the VAT number's frame."""
    joined = SEPARATORS.sub("", plain_dashes(unicodedata.normalize("NFKC", text)))
    bare = LABELLED.sub("", joined, count=1)
    framed = VAT_NUMBER.fullmatch(bare)
    return framed[1] if framed else bare


def ten_digits(text: str) -> str | None:
    """The ten digits of a number that another system holds, unchecked; None if it does not have ten.

    More is forgiven than of people, who can be asked: letters around the digits, and a VAT number
    without its SE.
    """
    digits = re.sub(r"[^0-9]", "", digits_of(text))
    framed = CENTURIES.fullmatch(digits) or BARE_VAT_NUMBER.fullmatch(digits)
    digits = framed[1] if framed else digits
    return digits if len(digits) == 10 else None
