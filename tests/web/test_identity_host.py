"""The address to look for before logging in: the host of the provider's log-in by the setting, everywhere."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.client import Browser
from tests.support.traveller import address, invite
from wizard.config import ROOT
from wizard.mail.rendering import render
from wizard.models import Invitation, Letter, LetterKind
from wizard.services.letters.draft import Draft
from wizard.services.letters.kinds import LETTERS, facts_of
from wizard.services.outbox import Language
from wizard.wiring.addresses import for_letters

LANGUAGES: tuple[Language, ...] = ("sv", "en")
HOST = "login.visma.example:8443"
SAID = {
    "sv": f"Före första snedstrecket i adressen överst ska det stå exakt {HOST}. "
    "Står det något annat: logga inte in.",
    "en": f"Before the first slash, the address at the top must be exactly {HOST}. "
    "If it is anything else: do not sign in.",
}
CALL = {"sv": "Ring Britta Berg, 08-123 45 67.", "en": "Call Britta Berg, 08-123 45 67."}
ASK = {"sv": "Ring den som skickade länken.", "en": "Call the person who sent you the link."}
ARTICLES = ("logga-in", "visma-eller-spiris", "ar-lanken-akta")


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application, with another address of Visma's log-in."""
    return make_app(visma_identity_url=f"https://{HOST}/some/path")


def speaking(app: Flask, language: str) -> Browser:
    """A browser that reads a language."""
    browser = Browser.open(app)
    browser.get(f"/sprak/{language}?till=/hjalp")
    return browser


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_approver_is_told_before_she_goes_and_whom_to_call(
    app: Flask, language: Language
) -> None:
    browser = speaking(app, language)
    at = browser.get(address(invite(app)), 303).location.partition("?")[0].rstrip("/")
    browser.post(f"{at}/valkommen", {"go": "express"}, 303)
    words = browser.get(f"{at}/ge-behorighet", 200).words
    assert f"{SAID[language]} {CALL[language]}" in words
    for article in ARTICLES:
        page = browser.get(f"/hjalp/{article}?k={at.rpartition('/')[2]}", 200)
        assert f"{SAID[language]} {CALL[language]}" in page.words, article


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("article", ARTICLES)
def test_the_help_tells_anybody(app: Flask, article: str, language: Language) -> None:
    words = speaking(app, language).get(f"/hjalp/{article}", 200).words
    assert f"{SAID[language]} {ASK[language]}" in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_of_the_log_in_says_it(app: Flask, language: Language) -> None:
    page = speaking(app, language).get("/bilder/visma/login", 200)
    assert HOST in page.words
    assert re.search(rf'(alt|aria-label)="[^"]*{HOST}', page.text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_with_a_link_say_it(app: Flask, session: Session, language: Language) -> None:
    invitation = session.get_one(Invitation, invite(app).invitation.id)
    with app.test_request_context():
        for kind in (LetterKind.INVITATION, LetterKind.HAND_OVER, LetterKind.LINK_AGAIN):
            assert LETTERS[kind].key
            letter = Letter(
                kind=kind, recipient="a@example.com", language=language, invitation=invitation
            )
            facts = facts_of(Draft(session, letter, for_letters(), "secret"))
            written = render(kind.value, language, facts)
            for text in (written.text, str(written.body)):
                spaced = re.sub(r"</?span[^>]*>", "", text.replace("\n", " "))
                assert f" {HOST}. " in spaced, kind
                assert f" {CALL[language]}" in spaced


def test_no_text_names_an_address_of_its_own() -> None:
    """Phrases to search by are no promises."""
    for path in (ROOT / "templates").rglob("*.*"):
        if path.name != "search.txt":
            assert "vismaonline.com" not in path.read_text("utf-8"), path
