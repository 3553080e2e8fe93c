"""The search index of the help: every step with its text, read once from the rendered articles."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask

from wizard.articles import ARTICLES
from wizard.config import ROOT
from wizard.extensions import settings
from wizard.setting_values import site_of
from wizard.web.help.word_forms import stems, words
from wizard.web.i18n import speaking

SILENT = {"svg", "figcaption", "button", "noscript", "picture"}
NOBODY = {"visit": None, "back": None, "retry": None, "sender": None, "share": ""}
WEIGHTS = {"said": 4.0, "title": 2.0, "article": 1.5, "text": 1.0, "lead": 0.2}


@dataclass
class StepText:
    """A step: its place, its text, and people's own phrases for it (as stems and as words)."""

    article: str
    number: int
    title: str = ""
    text: str = ""
    said: list[list[str]] = field(default_factory=list)
    said_words: set[str] = field(default_factory=set)
    weights: dict[str, float] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The step's target within the help, as ``<article>#steg-<n>``."""
        return f"{self.article}#steg-{self.number}"


@dataclass(frozen=True)
class Library:
    """A language's index: titles by slug, steps in order, steps by stem, stop words, and synonyms.

    A synonym leads from its own stem to the stem that stands for all of them.
    """

    language: str
    titles: dict[str, str]
    steps: list[StepText]
    places: dict[str, list[StepText]]
    empty: frozenset[str]
    same: dict[str, str]

    @cached_property
    def by_target(self) -> dict[str, StepText]:
        """The steps by their place."""
        return {step.target: step for step in self.steps}

    def stems(self, text: str) -> list[str]:
        """The stems of a text's words in this language, synonyms as one."""
        return [self.same.get(found, found) for found in stems(text, self.language)]


def library(app: Flask, language: str) -> Library:
    """The index of a language; built at first use and cached on the application."""
    shelves: dict[str, Library] = app.extensions.setdefault("help", {})
    if language not in shelves:
        with speaking(language):
            shelves[language] = _read(app, language)
    return shelves[language]


def _read(app: Flask, language: str) -> Library:
    titles: dict[str, str] = {}
    steps: list[StepText] = []
    said = dict(_said(ROOT / "templates" / "help" / language / "search.txt"))
    shelf = Library(
        language,
        titles,
        steps,
        places={},
        empty=frozenset(
            word for phrase in said.get("stop", ()) for word in stems(phrase, language)
        ),
        same=dict(_synonyms(said.get("same", ()), language)),
    )
    site = site_of(settings.public_url)
    for slug in ARTICLES:
        page = app.jinja_env.get_template(f"help/{language}/{slug}.html")
        module = page.make_module({"locale": language, "site": site, **NOBODY})
        titles[slug] = str(module.title)  # type: ignore[attr-defined]
        reading = _Reading(slug)
        reading.feed(str(module.body()))  # type: ignore[attr-defined]
        for step in reading.steps:
            step.said = [shelf.stems(phrase) for phrase in said.get(step.target, ())]
            step.said_words = set(words(" ".join(said.get(step.target, ()))))
            step.weights = _weights(shelf, step, titles[slug], reading.lead)
        steps += reading.steps
    shelf.places.update(_places(steps))
    return shelf


def _synonyms(lines: Iterable[str], language: str) -> Iterable[tuple[str, str]]:
    """Each word's stem and the stem of the first, from texts such as `bolag = företag = firma`."""
    for line in lines:
        first, *others = stems(line, language)
        yield from ((other, first) for other in others)


def _said(path: Path) -> Iterable[tuple[str, list[str]]]:
    """The phrases for each step, from lines such as `<article>#steg-<n>: phrase, phrase`, which may continue indented."""
    for line in path.read_text("utf-8").replace("\n  ", " ").splitlines():
        target, colon, phrases = line.partition(":")
        if colon:
            yield target.strip(), [phrase.strip() for phrase in phrases.split(",")]


def _weights(shelf: Library, step: StepText, title: str, lead: str) -> dict[str, float]:
    """The weight of each stem of a step; people's own phrases weigh the most."""
    weights: dict[str, float] = {}
    sources = [
        *((WEIGHTS["said"], phrase) for phrase in step.said),
        (WEIGHTS["title"], shelf.stems(step.title)),
        (WEIGHTS["article"], shelf.stems(title)),
        (WEIGHTS["text"], shelf.stems(step.text)),
        (WEIGHTS["lead"], shelf.stems(lead)),
    ]
    for weight, found in sources:
        for word in found:
            weights[word] = max(weight, weights.get(word, 0.0))
    return weights


def _places(steps: list[StepText]) -> dict[str, list[StepText]]:
    places: dict[str, list[StepText]] = {}
    for step in steps:
        for word in step.weights:
            places.setdefault(word, []).append(step)
    return places


class _Reading(HTMLParser):
    """Parses an article's HTML into its lead and its steps."""

    def __init__(self, article: str) -> None:
        super().__init__()
        self.article = article
        self.steps: list[StepText] = []
        self.lead = ""
        self._silencer = ""
        self._depth = 0
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a step, a heading, or an element to skip."""
        given = dict(attrs)
        name = given.get("id") or ""
        if name.startswith("steg-"):
            self.steps.append(StepText(self.article, int(name.removeprefix("steg-"))))
        if not self._silencer and (tag in SILENT or "data-silent" in given):
            self._silencer = tag
        self._depth += tag == self._silencer
        self._heading = self._heading or tag == "h2"

    def handle_endtag(self, tag: str) -> None:
        """End a step, a heading, or a skipped element."""
        self._depth -= tag == self._silencer
        if not self._depth:
            self._silencer = ""
        if tag == "h2":
            self._heading = False

    def handle_data(self, data: str) -> None:
        """Collect text for the lead, a step's heading, or a step."""
        if self._silencer:
            return
        if not self.steps:
            self.lead += data
        elif self._heading:
            self.steps[-1].title = f"{self.steps[-1].title} {data}".strip()
        else:
            self.steps[-1].text += data
