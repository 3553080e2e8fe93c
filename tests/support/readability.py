"""The LIX readability index of a page's text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

BLOCKS = {
    *("p", "li", "h1", "h2", "h3", "dt", "dd", "label", "legend", "summary", "figcaption"),
    *("button", "td", "th", "div", "section", "figure", "form", "ol", "ul"),
}
SILENT = {"svg", "noscript", "script", "picture"}
WORD = re.compile(r"[^\W\d_]+(?:[-:'’][^\W\d_]+)*")
SENTENCE = re.compile(r"[.?!:…]+(?:\s|$)|\n")
QUOTED = re.compile(r'["”“][^"”“\n]*["”“]')  # names of buttons
# Names, and terms that the reader sees in the program itself.
NAMES = re.compile(
    r"\b(visma\w*|spiris|eekonomi|senseworks\w*|bokföring|fakturering|online|analys|kopplingsguiden|"
    r"standardföretag\w*|programbehörighet\w*|norrtälje|bokbinderi|byrån|britta|berg|bankid|"
    r"vismaonline|integritetsskyddsmyndigheten|[\w.]+@[\w.]+)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Readability:
    """The number of words, and LIX: words per sentence plus the percentage of words over six letters."""

    words: int
    lix: float


def readability(main: Element) -> Readability:
    """The readability of an element's text; each block counts as at least one sentence."""
    text = NAMES.sub("", QUOTED.sub("", "".join(_pieces(main))))
    sentences = [found for part in SENTENCE.split(text) if (found := WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return Readability(0, 0.0)
    long = sum(len(word) > 6 for word in words)
    return Readability(len(words), len(words) / len(sentences) + 100 * long / len(words))


def _pieces(element: Element) -> Iterable[str]:
    tag = str(element.tag).rpartition("}")[2]
    if tag in SILENT or "hidden" in element.get("class", "").split():
        return
    edge = "\n" if tag in BLOCKS else ""
    yield edge + " ".join((element.text or "").split(" "))
    for child in element:
        yield from _pieces(child)
        yield (child.tail or "").replace("\n", " ")
    yield edge
