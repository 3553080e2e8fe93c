"""The rules of what people read: quotation marks, apostrophes, words and times, in every template and catalogue."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from flask import Flask

from tests.support.client import Browser
from wizard.config import ROOT
from wizard.web.i18n import LANGUAGES

STRAIGHT_APOSTROPHE = re.compile(r"\w+\\?'\w*")
ATTRIBUTE = re.compile(r"\s[\w-]+=\"[^\"]*\"")
TAG = re.compile(r"</?[a-zA-Z!][^>]*>", re.DOTALL)


def test_quotation_marks_are_those_of_the_language(app: Flask) -> None:
    """Straight ones are for code: in texts they are ”…” in Swedish and “…” in English."""
    wrong = [
        f"{path.relative_to(ROOT)}: {text.strip()[:60]}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        if "consent" not in path.parts  # wordings that people have agreed to
        for text in _said_in(app, path)
        if not _well_quoted(text, "sv" if "sv" in path.parts else "en")
    ]
    for language in LANGUAGES:
        with (ROOT / "translations" / language / "LC_MESSAGES/messages.po").open("rb") as words:
            wrong += [
                f"{language}: {text}"
                for message in read_po(words)
                if message.id
                for kind, said in (("en", message.id), (language, message.string))
                for text in ([said] if isinstance(said, str) else said or [])
                if not _well_quoted(text, kind)
            ]
    assert not wrong


def test_apostrophes_are_typographic(app: Flask) -> None:
    """The straight one is for code: in texts it is ’, whoever reads them, on a page or in the API's description."""
    wrong = [
        f"{path.relative_to(ROOT)}: {text.strip()[:60]}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for text in _said_in(app, path)
        if STRAIGHT_APOSTROPHE.search(text)
    ]
    for language in LANGUAGES:
        with (ROOT / "translations" / language / "LC_MESSAGES/messages.po").open("rb") as words:
            wrong += [
                f"{language}: {text}"
                for message in read_po(words)
                if message.id
                and not re.search(
                    "MMM|HH:mm", str(message.id)
                )  # a pattern of dates, quoted as CLDR does
                for said in (message.id, message.string)
                for text in ([said] if isinstance(said, str) else said or [])
                if STRAIGHT_APOSTROPHE.search(text)
            ]
    description = str(Browser.open(app).get("/api/v1/openapi.json", 200).text)
    wrong += STRAIGHT_APOSTROPHE.findall(description)
    assert not wrong


def test_swedish_texts_say_mejl() -> None:
    """And neither e-post nor mail, except where the stand-in says what Visma says."""
    other = re.compile(r"\b(e-post\w*|mail(et|en|s)?)\b", re.IGNORECASE)
    texts = [
        path
        for path in (ROOT / "templates").rglob("*.*")
        if "sv" in path.parts and "consent" not in path.parts and path.name != "search.txt"
    ]
    said = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in texts
        if (found := other.search(re.sub(r"<[^>]*>|\{[{%#].*?[}%#]\}", "", path.read_text())))
    ]
    with (ROOT / "translations/sv/LC_MESSAGES/messages.po").open("rb") as words:
        said += [
            str(message.string)
            for message in read_po(words)
            if message.id and other.search(str(message.string))
        ]
    assert not said


def test_times_have_one_form_in_running_text_and_one_in_staffs_tables() -> None:
    staff = {
        "account",
        "admin",
        "audit",
        "bulk",
        "company",
        "desk",
        "imports",
        "keys",
        "support",
        "to_do",
        "users",
        "warnings",
        "webhooks",
    }
    shared = {
        "connection.html",
        "letter_state.html",
        "links.html",
        "listing.html",
        "timeline.html",
    }  # by staff's pages alone
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        folder, *_ = path.relative_to(ROOT / "templates").parts
        short = folder in staff or (folder == "components" and path.name in shared)
        if re.search(rf"\| ?{'clock' if short else '(stamp|coming)'}\b", path.read_text()):
            wrong.append(path)
    assert not wrong


def _said_in(app: Flask, path: Path) -> Iterator[str]:
    """What a template says to people: its text outside of tags, and the words in its expressions."""
    data = ""
    for _, kind, value in app.jinja_env.lex(path.read_text()):
        data += value if kind == "data" else "x" if kind.endswith("_begin") else ""
        if kind == "string":
            yield ATTRIBUTE.sub("", value[1:-1])
    yield ATTRIBUTE.sub("", TAG.sub("", data))


def _well_quoted(text: str, language: str) -> bool:
    marks = re.sub(r"[^\"“”„]", "", text)
    return bool(re.fullmatch("(“”)*" if language == "en" else "(””)*", marks))
