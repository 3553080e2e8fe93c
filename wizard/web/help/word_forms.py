"""Comparison of words in the search: by stems, without diacritics, tolerant of misspellings."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA
from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.swedish_stemmer import SwedishStemmer

WORD = re.compile(r"[^\W_]+")
HYPHENATED = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
APOSTROPHES = re.compile(r"(?<=[^\W_])['’´`](?=[^\W_])")
DASHES = str.maketrans(dict.fromkeys("‐‑–−\u00ad", "-"))
STEMMERS: dict[str, Callable[[], Any]] = {"sv": SwedishStemmer, "en": EnglishStemmer}
SHORTEST_BEGINNING = 4
FOLDED = str.maketrans({"æ": "a", "ø": "o", "ß": "ss"})


def fold(text: str) -> str:
    """The text in lower case without diacritics: å and ä become a, ö becomes o."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(FOLDED))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The folded words of a text, in order; "pop-up" and "can't" are one word each."""
    return [word.replace("-", "") for word in parts(text)]


def parts(text: str) -> list[str]:
    """The folded words of a text, in order; those with hyphens keep them."""
    return HYPHENATED.findall(APOSTROPHES.sub("", fold(text.translate(DASHES))))


def stems(text: str, language: str) -> list[str]:
    """The stems of a text's words, in order."""
    return [stem(word, language) for word in words(text)]


@lru_cache(maxsize=8192)
def stem(word: str, language: str) -> str:
    """The stem of a folded word; folding comes first, so that diacritics do not matter.

    Creates a stemmer for each call, since stemmers have state and are not thread-safe.
    """
    stemmed: str = STEMMERS[language]().stemWord(word)
    return stemmed


def likeness(sought: str, found: str) -> float:
    """The similarity of two stems: 1 if equal, less for a prefix or a misspelling, else 0."""
    if sought == found:
        return 1.0
    shorter, longer = sorted((sought, found), key=len)
    if len(shorter) >= SHORTEST_BEGINNING and longer.startswith(shorter):
        return 0.8 if shorter == sought else 0.7
    allowed = 0 if len(sought) < 4 else 1 if len(sought) < 8 else 2
    if not allowed or sought[:1] != found[:1]:
        return 0.0
    if len(sought) == len(found) == SHORTEST_BEGINNING and sorted(sought) != sorted(found):
        return 0.0  # short words that differ by a letter are mostly different words
    return 0.6 if _apart(sought, found, allowed) <= allowed else 0.0


def _apart(sought: str, found: str, allowed: int) -> int:
    """How many letters are wrong, missing, too many or changed about; no more than one above ``allowed``."""
    return OSA.distance(sought, found, score_cutoff=allowed)


def ending(sought: str, found: str) -> float:
    """The similarity of a compound to the word that it ends with, as bokföringsbyrå to byrå; else 0."""
    long_enough = len(found) >= SHORTEST_BEGINNING and len(sought) >= len(found) + 3
    return 0.5 if long_enough and sought.endswith(found) else 0.0
