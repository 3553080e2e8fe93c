"""Rendering of letters from a template for each language, without a request."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from wizard.config import ROOT
from wizard.plain_text import one_line, unbroken, with_dates
from wizard.provider_texts import ProviderTexts
from wizard.services.values import organisation_numbers

SERVICE = "Kopplingsguiden"
SIGNED = {"sv": "Kopplingsguiden, drivs av {}", "en": "Kopplingsguiden, run by {}"}
STOCKHOLM = ZoneInfo("Europe/Stockholm")
CLOCK = {"sv": "d MMMM y 'kl.' HH.mm", "en": "d MMMM y 'at' HH:mm"}
STYLES = ROOT / "static" / "css" / "letter.css"
PALETTE = ROOT / "static" / "css" / "app.css"  # letters use the colours of pages
DARK = "@media (prefers-color-scheme: dark)"
RULE = re.compile(r"^\.(l-[a-z-]+) \{ ([^}]+) \}$", re.MULTILINE)
CLASS = re.compile(r'class="(l-[a-z-]+)"')
ROOT_RULE = re.compile(r":root \{([^}]+)\}")
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]+);")
USED = re.compile(r"var\(--([a-z-]+)\)")


@dataclass(frozen=True)
class Words:
    """The text of a letter: subject (one line), plain text, and HTML without its frame."""

    subject: str
    text: str
    body: Markup


def render(name: str, language: str, facts: dict[str, Any]) -> Words:
    """The text of a letter in a language; the first line of its text template is the subject.

    Line breaks of a text template are kept, except that a line ending with `{# #}` continues in the next.
    """
    environment = _environment(language)
    text = environment.get_template(f"letters/{language}/{name}.txt").render(facts)
    subject, _, rest = text.partition("\n")
    body = environment.get_template(f"letters/{language}/{name}.html").render(facts)
    spaced = re.sub(r"\n{3,}", "\n\n", rest.strip())
    return Words(one_line(subject), spaced + "\n", Markup(body))  # noqa: S704 -- autoescaped


def signature(language: str, operator: str) -> str:
    """The service's own line beneath a letter, with who runs it if that is known."""
    return SIGNED[language].format(operator) if operator else SERVICE


def framed(words: Words, language: str, firm: str = "", operator: str = "") -> str:
    """The complete HTML of a letter, with inline styles; the firm's name on top, else the service's.

    Many mail clients drop style sheets; those that keep one also get the dark colours.
    """
    light, dark = _styles()
    page = _environment(language).get_template("letters/frame.html")
    html = page.render(
        language=language,
        subject=words.subject,
        body=words.body,
        dark=dark,
        firm=firm,
        operator=operator,
        signature=signature(language, operator),
    )
    return CLASS.sub(lambda found: f'{found[0]} style="{light[found[1]]}"', html)


@cache
def _styles() -> tuple[dict[str, str], Markup]:
    """The style rules by class, and the rules for dark mode, with colours inserted."""
    light, _, dark = STYLES.read_text("utf-8").partition(DARK)
    light_colours, dark_colours = map(_colours, ROOT_RULE.findall(PALETTE.read_text("utf-8")))
    rules = dict(RULE.findall(_coloured(light, light_colours)))
    return rules, Markup(DARK + _coloured(dark, dark_colours))  # noqa: S704 -- files of our own


def _colours(rule: str) -> dict[str, str]:
    """The colours by name, in six digits, since some mail clients do not know the short form."""
    return {
        name: colour if len(colour) > 4 else "#" + "".join(digit * 2 for digit in colour[1:])
        for name, colour in COLOUR.findall(rule)
    }


def _coloured(styles: str, colours: dict[str, str]) -> str:
    return USED.sub(lambda used: colours[used[1]], styles)


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def written(on: date) -> str:
        return unbroken(format_date(on, "d MMMM y", locale=language))

    def day(moment: datetime | date) -> str:
        if isinstance(moment, datetime):
            moment = moment.astimezone(STOCKHOLM)
        return written(moment)

    def dated(text: str) -> str:
        return with_dates(text, written)

    def clock(moment: datetime) -> str:
        at = moment.astimezone(STOCKHOLM)
        return unbroken(format_datetime(at, CLOCK[language], tzinfo=STOCKHOLM, locale=language))

    environment.filters.update(
        dated=dated,
        day=day,
        clock=clock,
        orgnr=organisation_numbers.masked,
        orgnr_masked=organisation_numbers.masked,
    )
    ProviderTexts.install(environment, lambda: language)
    return environment
