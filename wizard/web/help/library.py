"""The help as a search reads it: every step with its words, gathered once from the pages themselves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from flask_babel import force_locale

from wizard.articles import ARTICLES
from wizard.config import ROOT
from wizard.web.help.words import stems

SILENT = {"svg", "figcaption", "button", "noscript", "picture"}
NOBODY = {"visit": None, "back": None, "retry": None, "sender": None, "site": "", "share": ""}
WEIGHTS = {"said": 4.0, "title": 2.0, "article": 1.5, "text": 1.0, "lead": 0.2}


@dataclass
class StepText:
    """A step: its place, what it says, and how people ask for it (in stems)."""

    article: str
    number: int
    title: str = ""
    text: str = ""
    said: list[list[str]] = field(default_factory=list)
    weights: dict[str, float] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Its address within the help."""
        return f"{self.article}#steg-{self.number}"


@dataclass(frozen=True)
class Library:
    """A language's articles: titles by slug, steps in order, where stems stand, stems that say nothing."""

    titles: dict[str, str]
    steps: list[StepText]
    places: dict[str, list[StepText]]
    empty: frozenset[str]


def library(app: Flask, language: str) -> Library:
    """The language's articles, read when first asked for and kept by the application."""
    shelves: dict[str, Library] = app.extensions.setdefault("help", {})
    if language not in shelves:
        with force_locale(language):
            shelves[language] = _read(app, language)
    return shelves[language]


def _read(app: Flask, language: str) -> Library:
    titles: dict[str, str] = {}
    steps: list[StepText] = []
    said = dict(_said(ROOT / "templates" / "help" / language / "search.txt"))
    for slug in ARTICLES:
        page = app.jinja_env.get_template(f"help/{language}/{slug}.html")
        module = page.make_module({"locale": language, **NOBODY})
        titles[slug] = str(module.title)  # type: ignore[attr-defined]
        reading = _Reading(slug)
        reading.feed(str(module.body()))  # type: ignore[attr-defined]
        for step in reading.steps:
            step.said = [stems(phrase) for phrase in said.get(step.target, ())]
            step.weights = _weights(step, titles[slug], reading.lead)
        steps += reading.steps
    empty = frozenset(word for phrase in said.get("stop", ()) for word in stems(phrase))
    return Library(titles, steps, _places(steps), empty)


def _said(path: Path) -> Iterable[tuple[str, list[str]]]:
    """What people write when they need a step: `<article>#steg-<n>: phrase, phrase`."""
    for line in path.read_text("utf-8").splitlines():
        target, colon, phrases = line.partition(":")
        if colon:
            yield target.strip(), [phrase.strip() for phrase in phrases.split(",")]


def _weights(step: StepText, title: str, lead: str) -> dict[str, float]:
    """How much each stem says about a step: most where people's own words for it are."""
    weights: dict[str, float] = {}
    sources = [
        *((WEIGHTS["said"], phrase) for phrase in step.said),
        (WEIGHTS["title"], stems(step.title)),
        (WEIGHTS["article"], stems(title)),
        (WEIGHTS["text"], stems(step.text)),
        (WEIGHTS["lead"], stems(lead)),
    ]
    for weight, words in sources:
        for word in words:
            weights[word] = max(weight, weights.get(word, 0.0))
    return weights


def _places(steps: list[StepText]) -> dict[str, list[StepText]]:
    places: dict[str, list[StepText]] = {}
    for step in steps:
        for word in step.weights:
            places.setdefault(word, []).append(step)
    return places


class _Reading(HTMLParser):
    """Takes the steps and the words before them out of an article."""

    def __init__(self, article: str) -> None:
        super().__init__()
        self.article = article
        self.steps: list[StepText] = []
        self.lead = ""
        self._silencer = ""
        self._depth = 0
        self._heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A step begins, a heading, or something that is not to be read."""
        given = dict(attrs)
        name = given.get("id") or ""
        if name.startswith("steg-"):
            self.steps.append(StepText(self.article, int(name.removeprefix("steg-"))))
        if not self._silencer and (tag in SILENT or "data-silent" in given):
            self._silencer = tag
        self._depth += tag == self._silencer
        self._heading = self._heading or tag == "h2"

    def handle_endtag(self, tag: str) -> None:
        """What began is over."""
        self._depth -= tag == self._silencer
        if not self._depth:
            self._silencer = ""
        if tag == "h2":
            self._heading = False

    def handle_data(self, data: str) -> None:
        """Words: of what comes before the steps, of a step's heading, or of the step."""
        if self._silencer:
            return
        if not self.steps:
            self.lead += data
        elif self._heading:
            self.steps[-1].title = f"{self.steps[-1].title} {data}".strip()
        else:
            self.steps[-1].text += data
