"""How words are compared: without dots and endings, and with room for a slip of the finger."""

import re
import unicodedata
from functools import lru_cache

WORD = re.compile(r"[^\W_]+")
ENDINGS = (
    *("heterna", "heten", "heter", "elser", "elsen", "ningar", "ningen"),
    *("orna", "arna", "erna", "ande", "ende", "aste", "else", "ning", "ade", "are"),
    *("het", "ing", "an", "en", "et", "er", "ar", "or", "na", "te", "de", "at", "ed", "es"),
    *("a", "e", "n", "s", "t"),
)
SHORTEST_STEM = 3
LETTERS = str.maketrans({"æ": "a", "ø": "o", "ß": "ss"})


def fold(text: str) -> str:
    """The text in small letters without dots and accents: å and ä are a, ö is o."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def stems(text: str) -> list[str]:
    """The stems of a text's words, in their order."""
    return [stem(word) for word in WORD.findall(fold(text))]


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A folded word without its ending, should enough be left."""
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def likeness(sought: str, found: str) -> float:
    """How alike two stems are: 1 when equal, less for a beginning or a slip, else 0."""
    if sought == found:
        return 1.0
    shorter, longer = sorted((sought, found), key=len)
    if len(shorter) >= SHORTEST_STEM + 1 and longer.startswith(shorter):
        return 0.8 if shorter == sought else 0.7
    allowed = 0 if len(sought) < 4 else 1 if len(sought) < 8 else 2
    return 0.6 if within(sought, found, allowed) else 0.0


def within(one: str, other: str, allowed: int) -> bool:
    """Whether so many slips turn one into the other: a letter too many, too few, wrong, or two swapped."""
    if allowed < 1 or abs(len(one) - len(other)) > allowed or one[0] != other[0]:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for place, beside in enumerate(other, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != beside))
            swapped = at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == beside
            row.append(min(cost, earlier[place - 2] + 1) if swapped else cost)
        if min(row) > allowed:
            return False
    return row[-1] <= allowed
