"""Ranking of the help's search results, each with a snippet."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wizard.services.values.search import clean_search
from wizard.web.help.library import Library, StepText
from wizard.web.help.word_forms import WORD, ending, likeness, parts, stem, words

MOST_WORDS, LONGEST_WORD = 10, 30
MOST_HITS, MOST_OF_ONE = 6, 2  # of one article among the hits
LEAST_SHARE = 0.3  # the share of the query, by weight, that a step must match
FAR_BEHIND = 0.3  # results below this share of the best score are dropped
UNKNOWN = 1.2  # the weight of a word that stands nowhere
PHRASE = 8.0  # bonus for a complete phrase of people's own
SAME_FORM = 0.1  # bonus for the same word form: "valde" and "valdes" have one stem
OTHER_LANGUAGE = 0.9  # the worth of a match in the language that the reader did not choose
SNIPPET = 170
SENTENCE = re.compile(r"(?<=[.!?:])\s+")


@dataclass(frozen=True)
class Hit:
    """A result; the snippet is in pieces, and True marks those that match the query."""

    target: str
    article: str
    title: str
    snippet: list[tuple[str, bool]]


def clean_query(text: str) -> str:
    """The query as one line of at most 100 printable characters."""
    return clean_search(text)


def search(shelves: Sequence[Library], query: str) -> list[Hit]:
    """At most six results, best first; none if all match poorly.

    All languages are searched together; the results are shown in the first.
    """
    sought, written = _sought(shelves, query), set(words(query))
    found = {word: _places(shelves, word) for word in sought}
    worth = {word: _worth(shelves[0], places) for word, places in found.items()}
    scores: dict[str, float] = {}
    for target in {target for places in found.values() for target in places}:
        held = [word for word in sought if target in found[word]]
        share = sum(worth[word] for word in held) / (sum(worth.values()) or 1.0)
        if share >= LEAST_SHARE:
            points = sum(worth[word] * found[word][target] for word in held)
            scores[target] = points * share + max(
                one * (_phrase(shelf, step, sought) + SAME_FORM * len(written & step.said_words))
                for one, shelf, step in _copies(shelves, target)
            )
    best = max(scores.values(), default=0.0)
    ranked = sorted(shelves[0].steps, key=lambda step: -scores.get(step.target, 0.0))
    near = [step for step in ranked if scores.get(step.target, 0.0) > best * FAR_BEHIND]
    return [_hit(shelves[0], step, sought) for step in _varied(near)[:MOST_HITS]]


def _sought(shelves: Sequence[Library], query: str) -> list[str]:
    """The folded words of the query, without stop words unless there are no others."""
    all_of = list(dict.fromkeys(word[:LONGEST_WORD] for word in _joined(shelves, query)))
    telling = [
        word
        for word in all_of
        if not any(stem(word, shelf.language) in shelf.empty for shelf in shelves)
    ]
    return (telling or all_of)[:MOST_WORDS]


def _joined(shelves: Sequence[Library], query: str) -> Iterator[str]:
    """The words of the query, in the way that the help writes them: bank-id and bank id are bankid."""

    def known(word: str) -> bool:
        return any(form in shelf.places for shelf in shelves for form in shelf.stems(word))

    pieces: list[str] = []
    for part in parts(query):
        whole = part.replace("-", "")
        pieces += [whole] if known(whole) else part.split("-")
    while pieces:
        word = pieces.pop(0)
        if pieces and known(word + pieces[0]):
            word += pieces.pop(0)
        yield word


def _places(shelves: Sequence[Library], word: str) -> dict[str, float]:
    """The steps with a word in some language, or with a similar one, and their weights."""
    places: dict[str, float] = {}
    for number, shelf in enumerate(shelves):
        (sought,) = shelf.stems(word) or [word]
        known = sought in shelf.places
        for other, steps in shelf.places.items():
            alike = likeness(sought, other)
            if alike < (0.7 if known else 0.6):
                alike = 0.0 if known else ending(sought, other)
            if not alike:
                continue
            for step in steps:
                points = alike * step.weights[other] * (OTHER_LANGUAGE if number else 1.0)
                places[step.target] = max(points, places.get(step.target, 0.0))
    return places


def _worth(shelf: Library, places: dict[str, float]) -> float:
    """The weight of a word: the fewer steps have it, the higher (inverse document frequency)."""
    return math.log(1 + len(shelf.steps) / (1 + len(places))) if places else UNKNOWN


def _copies(shelves: Sequence[Library], target: str) -> Iterator[tuple[float, Library, StepText]]:
    """A step in each language, with the worth of a match in it."""
    for number, shelf in enumerate(shelves):
        yield OTHER_LANGUAGE if number else 1.0, shelf, shelf.by_target[target]


def _phrase(library: Library, step: StepText, sought: list[str]) -> float:
    """The bonus if the query is one of the phrases that people use for this step."""
    best = 0.0
    forms = [form for word in sought for form in library.stems(word)]
    for phrase in step.said:
        told = [word for word in phrase if word not in library.empty] or phrase
        same = sum(any(likeness(word, other) for other in told) for word in forms)
        best = max(best, same / max(len(told), len(forms)))
    return PHRASE * best * best if best >= 0.5 else 0.0


def _varied(ranked: list[StepText]) -> list[StepText]:
    """The steps in their order, with few of each article, so that one does not hide the others."""
    seen: Counter[str] = Counter()
    kept = []
    for step in ranked:
        seen[step.article] += 1
        if seen[step.article] <= MOST_OF_ONE:
            kept.append(step)
    return kept


def _hit(library: Library, step: StepText, sought: list[str]) -> Hit:
    sentences = SENTENCE.split(" ".join(step.text.split())) or [""]
    counted = [len(_held(library, one, sought)) for one in sentences]
    most = max(counted)
    start = counted.index(most) if most > counted[0] + 1 else 0  # a step begins with what to do
    text = " ".join(sentences[start:])
    if len(text) > SNIPPET:
        text = text[:SNIPPET].rsplit(" ", 1)[0] + " …"
    return Hit(
        step.target, library.titles[step.article], step.title, _marked(library, text, sought)
    )


def _held(library: Library, text: str, sought: list[str]) -> set[str]:
    """The words of the query that a text has."""
    found = WORD.findall(text)
    return {one for one in sought if any(_is_sought(library, word, [one]) for word in found)}


def _marked(library: Library, text: str, sought: list[str]) -> list[tuple[str, bool]]:
    """The text in pieces: matching words (True), and the text between them."""
    pieces = re.split(rf"({WORD.pattern})", text)
    return [
        (piece, bool(WORD.fullmatch(piece)) and _is_sought(library, piece, sought))
        for piece in pieces
    ]


def _is_sought(library: Library, word: str, sought: list[str]) -> bool:
    forms = [form for one in sought for form in library.stems(one)]
    return len(word) > 1 and any(
        likeness(form, found) >= 0.6 for form in forms for found in library.stems(word)
    )
