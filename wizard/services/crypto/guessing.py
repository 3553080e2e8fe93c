"""Whether a password can be guessed, by zxcvbn's lists and by words that it does not know.

zxcvbn has lists of stolen passwords, English words and names, and knows rows of keys, dates, repeats and
signs for letters. It is the Rust one, since the one in Python takes seconds for a text made to delay it.
Swedish words, and those that say who a person is, are taken out: what is left must be hard by itself.
"""

import re
import unicodedata
from collections.abc import Iterable

from zxcvbn_rs_py import Warning as Hint
from zxcvbn_rs_py import zxcvbn

# Guesses as a power of ten, zxcvbn's "safely unguessable" with a slow hash (its score 3).
ENOUGH = 8
# It is the beginning that is judged: the time that zxcvbn takes grows with the length.
JUDGED = 64
SHORTEST_WORD = 2
PATTERNS = (
    Hint.StraightRowsOfKeysAreEasyToGuess,
    Hint.ShortKeyboardPatternsAreEasyToGuess,
    Hint.RepeatsLikeAaaAreEasyToGuess,
    Hint.RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
    Hint.SequencesLikeAbcAreEasyToGuess,
    Hint.RecentYearsAreEasyToGuess,
    Hint.DatesAreOftenEasyToGuess,
)
# What people in Sweden, and at accounting firms, make passwords of; without marks over letters.
COMMON = (
    "losenord", "losen", "hemligt", "hemlig", "valkommen", "valkomna", "inloggning", "logga",
    "sommar", "vinter", "host", "var", "semester", "januari", "februari", "mars", "april", "maj",
    "juni", "juli", "augusti", "september", "oktober", "november", "december", "mandag", "tisdag",
    "onsdag", "torsdag", "fredag", "lordag", "sondag", "sverige", "svensk", "stockholm", "goteborg",
    "malmo", "uppsala", "vasteras", "orebro", "linkoping", "helsingborg", "jonkoping", "norrkoping",
    "hejsan", "hejhej", "hej", "alskar", "dig", "kanel", "fotboll", "hammarby", "djurgarden",
    "bajen", "byran", "byra", "redovisning", "redovisningsbyra", "bokforing", "ekonomi", "revisor",
    "foretag", "foretaget", "aktiebolag", "bokslut", "moms", "faktura", "verifikat",
    "fortnox",  "kopplingsguiden", "koppling", "password", "admin",
    "administrator", "test", "demo", "qwerty",
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")


def is_hard(password: str) -> bool:
    """True if zxcvbn finds no easy way to it."""
    return _guesses(password[:JUDGED]) >= ENOUGH


def is_pattern(password: str) -> bool:
    """True if what makes it easy is a repeat, a sequence, a row of keys or a date."""
    feedback = zxcvbn(password[:JUDGED]).feedback
    return bool(feedback and feedback.warning in PATTERNS)


def is_hard_without(password: str, texts: Iterable[str]) -> bool:
    """True if it is hard also when every word of ``texts``, in capitals or not, and space is taken out."""
    left = "".join(_plain(password[:JUDGED]).split())
    words = {word for text in texts for word in _WORD.findall(_plain(text))}
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= SHORTEST_WORD:
            left = left.replace(word, "")
    return _guesses(left) >= ENOUGH


def _guesses(text: str) -> float:
    return zxcvbn(text).guesses_log10 if text else 0.0


def _plain(text: str) -> str:
    """The text in small letters without marks: Å is a."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
