"""Searching the help: the steps that answer what was written, the best first, each with a snippet."""

import math
import re
from dataclasses import dataclass

from wizard.services.searching import clean_search
from wizard.web.help.library import Library, StepText
from wizard.web.help.words import WORD, fold, likeness, stem, stems

MOST_WORDS, LONGEST_WORD = 10, 30
MOST_HITS = 6
LEAST_SHARE = 0.4  # of what was written, by weight, that a step has to speak of
FAR_BEHIND = 0.35  # of the best step's score
PHRASE = 8.0  # for people's own words said whole
SNIPPET = 170
SENTENCE = re.compile(r"(?<=[.!?:])\s+")


@dataclass(frozen=True)
class Hit:
    """A step that helps; the snippet is in pieces, those that were sought marked."""

    target: str
    article: str
    title: str
    snippet: list[tuple[str, bool]]


def clean_query(text: str) -> str:
    """What was meant by what was written: one line of at most 100 characters."""
    return clean_search(text)


def search(library: Library, query: str) -> list[Hit]:
    """The steps that answer, at most six, the best first; nothing is better than a guess."""
    sought = _sought(library, query)
    found = {word: _places(library, word) for word in sought}
    worth = {word: _worth(library, word, places) for word, places in found.items()}
    scores: dict[str, float] = {}
    for step in library.steps:
        held = [word for word in sought if step.target in found[word]]
        share = sum(worth[word] for word in held) / (sum(worth.values()) or 1.0)
        if share >= LEAST_SHARE:
            points = sum(worth[word] * found[word][step.target] for word in held)
            scores[step.target] = points * share + _phrase(library, step, sought)
    best = max(scores.values(), default=0.0)
    ranked = sorted(library.steps, key=lambda step: -scores.get(step.target, 0.0))
    return [
        _hit(library, step, sought)
        for step in ranked[:MOST_HITS]
        if step.target in scores and scores[step.target] >= best * FAR_BEHIND
    ]


def _sought(library: Library, query: str) -> list[str]:
    """The stems asked for, without those that say nothing unless there are no others."""
    all_of = list(dict.fromkeys(word[:LONGEST_WORD] for word in stems(query)))
    telling = [word for word in all_of if word not in library.empty]
    return (telling or all_of)[:MOST_WORDS]


def _places(library: Library, sought: str) -> dict[str, float]:
    """The steps that speak of a stem, or of one like it, and how much."""
    known = sought in library.places
    places: dict[str, float] = {}
    for word, steps in library.places.items():
        alike = likeness(sought, word)
        if alike < (0.7 if known else 0.6):
            continue
        for step in steps:
            points = alike * step.weights[word]
            places[step.target] = max(points, places.get(step.target, 0.0))
    return places


def _worth(library: Library, _word: str, places: dict[str, float]) -> float:
    """A stem that few steps speak of tells them apart better than one that is everywhere."""
    return math.log(1 + len(library.steps) / (1 + len(places)))


def _phrase(library: Library, step: StepText, sought: list[str]) -> float:
    """More when it is what people write who need this very step."""
    best = 0.0
    for phrase in step.said:
        told = [word for word in phrase if word not in library.empty] or phrase
        same = sum(any(likeness(word, other) for other in told) for word in sought)
        best = max(best, same / max(len(told), len(sought)))
    return PHRASE * best * best if best >= 0.5 else 0.0


def _hit(library: Library, step: StepText, sought: list[str]) -> Hit:
    sentences = SENTENCE.split(" ".join(step.text.split())) or [""]
    counted = [sum(_is_sought(word, sought) for word in WORD.findall(one)) for one in sentences]
    start = counted.index(max(counted))
    text = " ".join(sentences[start:])
    if len(text) > SNIPPET:
        text = text[:SNIPPET].rsplit(" ", 1)[0] + " …"
    return Hit(step.target, library.titles[step.article], step.title, _marked(text, sought))


def _marked(text: str, sought: list[str]) -> list[tuple[str, bool]]:
    """The text in pieces: words that were sought, and what is between them."""
    pieces = re.split(rf"({WORD.pattern})", text)
    return [(piece, bool(WORD.fullmatch(piece)) and _is_sought(piece, sought)) for piece in pieces]


def _is_sought(word: str, sought: list[str]) -> bool:
    folded = stem(fold(word))
    return len(folded) > 1 and any(likeness(one, folded) >= 0.6 for one in sought)
