"""The receipt as a tagged pdf: the words of the page, set by Typst with fonts that it brings along."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import typst
from flask_babel import get_locale

FORM = Path(__file__).with_name("pdf.typ")
HEADINGS = {"h1": 1, "h2": 2, "h3": 3}
BLOCKS = {*HEADINGS, "p", "li", "dt", "dd"}
BREAKING = re.compile(r"[ \t\n\r\f]+")
LISTS = {"ul": "bullets", "ol": "numbers"}


@dataclass
class Blocks(HTMLParser):
    """The headings, paragraphs, lists and facts of a page, each with its plain text and its language."""

    found: list[dict[str, Any]] = field(default_factory=list)
    language: str = ""
    _text: list[str] = field(default_factory=list)
    _kinds: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin as a parser does."""
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a line of one, or a part in another language."""
        if tag == "br":
            self._text.append("\n")
        elif tag in LISTS:
            self._kinds.append(LISTS[tag])
            self.found.append({"kind": LISTS[tag], "items": []})
        elif tag in BLOCKS:
            self._text = []
        self.language = dict(attrs).get("lang") or self.language

    def handle_data(self, data: str) -> None:
        """White space is as a browser shows it: one space, and what does not break stays so."""
        self._text.append(BREAKING.sub(" ", data))

    def handle_endtag(self, tag: str) -> None:
        """A block is whole."""
        if tag in LISTS:
            self._kinds.pop()
        if tag not in BLOCKS:
            return
        lines = "".join(self._text).split("\n")
        text = "\n".join(line for one in lines if (line := BREAKING.sub(" ", one).strip(" ")))
        if tag in HEADINGS:
            self._add("heading", text, level=HEADINGS[tag])
        elif tag == "li":
            self.found[-1]["items"].append(text)
        elif tag == "dd":
            self.found[-1]["text"] = text
        else:
            self._add({"dt": "fact", "p": "paragraph"}[tag], text)
        self._text = []

    def _add(self, kind: str, text: str, **more: Any) -> None:
        name = "name" if kind == "fact" else "text"
        self.found.append({"kind": kind, name: text, "language": self.language, **more})


def draw(page: str) -> bytes:
    """A pdf with the words of this page, whose first heading is its title.

    It keeps to PDF/UA; with characters that the fonts lack, which that forbids, it is tagged all the same.
    """
    blocks = Blocks()
    blocks.feed(page)
    data = {"language": str(get_locale() or "sv"), "blocks": blocks.found}
    inputs = {"data": json.dumps(data)}
    try:
        return _compile(inputs, ["ua-1"])
    except typst.TypstError:
        return _compile(inputs, [])


def _compile(inputs: dict[str, str], standards: list[Any]) -> bytes:
    made = typst.compile(
        FORM.read_bytes(),
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=standards,
        ignore_system_fonts=True,
    )
    if not isinstance(made, bytes):
        raise TypeError
    return made
