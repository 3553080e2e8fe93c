"""Letters' words, from a template of each language, with no request and no page around them."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from wizard.config import ROOT
from wizard.services import organisation_numbers

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CLOCK = {"sv": "d MMMM y 'kl.' HH.mm", "en": "d MMMM y 'at' HH:mm"}
STYLES = ROOT / "static" / "css" / "letter.css"
DARK = "@media (prefers-color-scheme: dark)"
RULE = re.compile(r"^\.(l-[a-z-]+) \{ ([^}]+) \}$", re.MULTILINE)
CLASS = re.compile(r'class="(l-[a-z-]+)"')


@dataclass(frozen=True)
class Words:
    """What a letter says: one line of subject, plain text, and the same as HTML without a frame."""

    subject: str
    text: str
    body: Markup


def render(name: str, language: str, facts: dict[str, Any]) -> Words:
    """The words of a letter in a language; the first line of its text template is the subject."""
    environment = _environment(language)
    text = environment.get_template(f"letters/{language}/{name}.txt").render(facts)
    subject, _, rest = text.partition("\n")
    body = environment.get_template(f"letters/{language}/{name}.html").render(facts)
    spaced = re.sub(r"\n{3,}", "\n\n", rest.strip())
    return Words(one_line(subject), spaced + "\n", Markup(body))  # noqa: S704 -- autoescaped


def framed(words: Words, language: str) -> str:
    """The whole HTML of a letter, each rule of its styles written where it holds.

    Many mail clients drop style sheets; those that keep one get the dark colours with it.
    """
    light, dark = _styles()
    page = _environment(language).get_template("letters/frame.html")
    html = page.render(language=language, subject=words.subject, body=words.body, dark=dark)
    return CLASS.sub(lambda found: f'{found[0]} style="{light[found[1]]}"', html)


def one_line(text: str) -> str:
    """Without line breaks and what cannot be shown: fit for a header."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


@cache
def _styles() -> tuple[dict[str, str], Markup]:
    """The rules of the style sheet by class, and its part for dark screens."""
    light, _, dark = STYLES.read_text("utf-8").partition(DARK)
    return dict(RULE.findall(light)), Markup(DARK + dark)  # noqa: S704 -- a file of our own


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def day(moment: datetime) -> str:
        return format_date(moment.astimezone(STOCKHOLM), "d MMMM y", locale=language)

    def clock(moment: datetime) -> str:
        at = moment.astimezone(STOCKHOLM)
        return format_datetime(at, CLOCK[language], tzinfo=STOCKHOLM, locale=language)

    environment.filters.update(
        day=day,
        clock=clock,
        orgnr=organisation_numbers.masked,
        orgnr_masked=organisation_numbers.masked,
    )
    return environment
