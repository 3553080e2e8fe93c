"""No field that anybody can fill in holds a process for long, whatever it is filled with."""

import time
from html import unescape
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import StringField

from tests.support.client import Browser
from tests.support.traveller import address, invite
from tests.web.test_fairness import forms
from wizard.services.outbox import WordsInvalidError, clean_words
from wizard.web.hooks.characters import LONGEST_FIELD

# What takes the square of its length to look through, or more: one label, many, schemes, accents.
HOSTILE = ["a", "a.", "a-", "a@", "<>", "www.", "1.", "aA.", "\u0301\u0323", "\ufdfa", "a.b AB "]
SECONDS = 1.0


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_no_form_is_slow_to_judge_the_longest_fields(app: Flask, piece: str) -> None:
    judged = 0
    for form_class in forms():
        with app.test_request_context():
            form = form_class(formdata=None, meta={"csrf": False})
            sent = {
                field.name: (piece * LONGEST_FIELD)[:LONGEST_FIELD]
                for field in form
                if isinstance(field, StringField)
            }
            began = time.process_time()
            form_class(formdata=MultiDict(sent), meta={"csrf": False}).validate()
            assert time.process_time() - began < SECONDS, form_class
            judged += len(sent)
    assert judged > 20


def test_words_of_any_length_are_refused_before_they_are_searched() -> None:
    began = time.process_time()
    with pytest.raises(WordsInvalidError):
        clean_words("a" * 60_000)
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_an_endless_field_is_cut_and_refused(visma_app: Flask, piece: str) -> None:
    link = invite(visma_app)
    browser = Browser.open(visma_app)
    browser.get(address(link), 303)
    longest = 60_000 // len(quote(piece)) * len(piece)
    endless = (piece * 60_000)[:longest]
    began = time.process_time()
    page = browser.post(f"/koppla/{link.invitation.public_id}/nej", {"reason": endless}, 200)
    assert time.process_time() - began < SECONDS
    assert "Skriv högst" in page.words
    assert endless[: LONGEST_FIELD + 9] not in unescape(page.text)
