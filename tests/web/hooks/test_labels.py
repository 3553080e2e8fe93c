"""Times, dates and telephone numbers as pages write them: on one line each."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask

from wizard.config import ROOT
from wizard.plain_text import unbroken
from wizard.web.hooks.labels import clock, day, stamp, together

MOMENT = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("sv", ["22 november 2026 kl. 14.05", "22 nov. 2026 kl. 14.05", "22 november 2026"]),
        ("en", ["22 November 2026 at 14:05", "22 Nov 2026 at 14:05", "22 November 2026"]),
    ],
)
def test_times_have_their_form_in_each_language_and_no_space_to_break_at(
    app: Flask, language: str, texts: list[str]
) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        assert [clock(MOMENT), stamp(MOMENT), day(MOMENT)] == [unbroken(text) for text in texts]


def test_numbers_keep_together_and_hold_no_character_of_our_own() -> None:
    """Who copies an organisation number into the program pastes what was read."""
    assert together("559900-1079") == '<span class="nowrap">559900-1079</span>'
    assert together("<b>") == '<span class="nowrap">&lt;b&gt;</span>'


def test_every_number_of_a_page_keeps_together(app: Flask) -> None:
    """In text: where it is a cell of a table or a large number, the style does it."""
    loose = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if not {"letters", "consent", "pictures", "sketches"} & set(path.parts)
        for line in path.read_text().splitlines()
        if re.search(r"(\| orgnr|\.contact_phone) *[,)}]", line)
        if not re.search(r"nowrap|digits|text_field|class=\"number\"", line)
    ]
    assert not loose
