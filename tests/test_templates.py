"""What holds for every template of pages: links say where they lead, and fields are judged by us."""

import re
from pathlib import Path

import pytest

from wizard.config import ROOT

TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if "sandbox" not in path.parts and "drawn" not in path.parts
]
LINK = re.compile(r'<a\b(?:[^>"]|"[^"]*")*>(.*?)</a>', re.DOTALL)
MESSAGE = re.compile(r"_\(\s*'((?:[^'\\]|\\.)*)'")
FORM = re.compile(r'<form method="post"((?:[^>"]|"[^"]*")*)>(.*?)</form>', re.DOTALL)
FIELD = re.compile(
    r"\b(?:\w+_field|many_field|_address_form|asking)\(|<(?:input|textarea|select)\b"
)
# Words that say that one can press, not where it leads: read alone, in a list of links, they say nothing.
VAGUE = re.compile(
    r"^(?:(?:se|läs|klicka|tryck|gå|see|read|click|press|go)\b ?)?(?:mer|här|hit|där|vidare|more|here|there|on|this|"
    r"det här|länk(?:en)?|link|the link|den|it|sidan|the page)?[ .…:]*$",
    re.IGNORECASE,
)


def words(link: str) -> str:
    """The words of a link in a template: its own and its messages'; … for what is filled in."""
    filled = re.sub(
        r"\{\{.*?\}\}",
        lambda found: " ".join(MESSAGE.findall(found[0])) or "…filled in…",
        link,
        flags=re.DOTALL,
    )
    return " ".join(re.sub(r"<[^>]+>|\{%.*?%\}", " ", filled, flags=re.DOTALL).split())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_link_says_where_it_leads(path: Path) -> None:
    vague = [found for found in map(words, LINK.findall(path.read_text())) if VAGUE.match(found)]
    assert not vague


@pytest.mark.parametrize("said", ["se här", "See here", "läs mer", "här", "länken", "more …"])
def test_what_says_nothing_is_found(said: str) -> None:
    assert VAGUE.match(said)
    assert not VAGUE.match(f"{said} om standardföretag")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_form_with_fields_leaves_the_judging_to_us(path: Path) -> None:
    """The browser's own popup says less than our summary, in another language, and is gone at once."""
    judged = [
        attributes
        for attributes, inside in FORM.findall(path.read_text())
        if FIELD.search(inside) and "novalidate" not in attributes
    ]
    assert not judged
