"""Searching the help: how people write, what they find, and what hostile words do."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.client import Browser, Page
from tests.support.help_phrases import HELD_OUT, REPORTED, TUNED, phrases
from tests.support.traveller import Traveller
from wizard.web.help.codes import code_in
from wizard.web.help.library import Library, library
from wizard.web.help.ranking import search
from wizard.web.help.word_forms import fold, likeness, stem

Open = Callable[..., Browser]

# What people write, and the step that helps: first, or (None) among what is found.
SWEDISH = {
    "får inte välja": "standardforetag#steg-1",
    "fick inte välja företag": "standardforetag#steg-1",
    "far inte valja": "standardforetag#steg-1",
    "fel bolag": "standardforetag#steg-1",
    "fel företag": "standardforetag#steg-1",
    "fel foretag valdes": "standardforetag#steg-1",
    "valde fel företag": "valj-foretag#steg-5",
    "standardföretag": "standardforetag#steg-4",
    "standarföretag": "standardforetag#steg-4",
    "ta bort standardforetag": "standardforetag#steg-5",
    "behörighet saknas": "behorigheter#steg-5",
    "behörigheter saknas": "behorigheter#steg-5",
    "behorighet": "behorigheter",
    "hittar inte behörigheter": "behorigheter#steg-4",
    "fullständig": "behorigheter#steg-3",
    "fulständig": "behorigheter#steg-3",
    "popup": "ge-behorighet#steg-6",
    "pop-up": "ge-behorighet#steg-6",
    "popupp": "ge-behorighet#steg-6",
    "inget fönster": "ge-behorighet#steg-6",
    "spiris": "visma-eller-spiris#steg-1",
    "spirris": "visma-eller-spiris#steg-1",
    "bankid": "bankid",
    "BankID": "bankid",
    "glömt lösenord": "logga-in#steg-5",
    "glömt lösenordet": "logga-in#steg-5",
    "kan inte logga in": "logga-in#steg-5",
    "lossenord": "logga-in#steg-5",
    "bytt lösenord": "fornya#steg-1",
    "länken har gått ut": "hamta-lanken#steg-6",
    "lanken fungerar inte": "hamta-lanken#steg-6",
    "bluff?": "ar-lanken-akta#steg-1",
    "är detta phishing": "ar-lanken-akta#steg-1",
    "startguiden": "bokforing#steg-5",
    "bara fakturering": "bokforing#steg-3",
    "aktivera integration": "bokforing#steg-4",
    "4002": "bokforing#steg-4",
    "koppla från": "koppla-fran#steg-1",
    "ta bort kopplingen": "koppla-fran#steg-1",
    "faktura saknas": "dokument-saknas#steg-1",
    "fakturor saknas": "dokument-saknas#steg-1",
    "kvitton syns inte": "dokument-saknas",
    "gdpr": "vad-vi-laser#steg-1",
    "kan ni ändra något?": "vad-vi-laser#steg-2",
    "visma administration": "visma-eller-spiris#steg-3",
    "revisor": "vem-kan-godkanna#steg-3",
    "vem kan godkänna": "vem-kan-godkanna",
    "Visma svarar inte": "ge-behorighet#steg-9",
    "avbröt": "godkann-behorigheter#steg-4",
}
ENGLISH = {
    "cannot choose company": "standardforetag#steg-1",
    "wrong company": "standardforetag#steg-1",
    "default company": "standardforetag#steg-4",
    "permission missing": "behorigheter#steg-5",
    "popup": "ge-behorighet#steg-6",
    "spiris": "visma-eller-spiris#steg-1",
    "forgotten password": "logga-in#steg-5",
    "pasword": "logga-in",
    "link expired": "hamta-lanken#steg-6",
    "scam": "ar-lanken-akta#steg-1",
    "disconnect": "koppla-fran#steg-1",
    "missing invoices": "dokument-saknas#steg-1",
}


@pytest.fixture
def shelves(app: Flask) -> dict[str, list[Library]]:
    """For each language of a page: the index of that language first, and then the other's."""
    with app.test_request_context("/hjalp"):
        swedish, english = (library(app, language) for language in ("sv", "en"))
    return {"sv": [swedish, english], "en": [english, swedish]}


@pytest.mark.parametrize(("language", "asked"), [("sv", SWEDISH), ("en", ENGLISH)])
def test_what_people_write_leads_to_the_step_that_helps(
    shelves: dict[str, list[Library]], language: str, asked: dict[str, str]
) -> None:
    missed = {}
    for query, step in asked.items():
        found = [hit.target for hit in search(shelves[language], query)]
        if not found or not found[0].startswith(step):
            missed[query] = found
    assert not missed


def unanswered(shelves: list[Library], asked: dict[str, set[str]]) -> dict[str, list[str]]:
    """The phrases without a useful article among the first three results, and what they find."""
    found = {said: [hit.target for hit in search(shelves, said)] for said in asked}
    return {
        said: targets
        for said, targets in found.items()
        if not asked[said] & {target.partition("#")[0] for target in targets[:3]}
    }


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("asked", [REPORTED, TUNED])
def test_known_phrases_are_answered_whatever_the_language_of_the_page(
    shelves: dict[str, list[Library]], language: str, asked: str
) -> None:
    assert not unanswered(shelves[language], phrases(asked))


def test_phrases_that_nobody_wrote_search_words_for_are_answered(
    shelves: dict[str, list[Library]],
) -> None:
    asked = phrases(HELD_OUT)
    missed = unanswered(shelves["sv"], asked)
    assert len(asked) >= 100
    assert len(missed) <= len(asked) * 3 // 51, missed


@pytest.mark.parametrize(
    ("written", "step"),
    [
        ("bank-id", "bankid"),
        ("bank id", "bankid"),
        ("Bank–ID", "bankid"),
        ("pop up", "ge-behorighet#steg-6"),
        ("standard-företag", "standardforetag"),
        ("can't log in", "logga-in"),
        ("can’t log in", "logga-in"),
    ],
)
def test_hyphens_spaces_and_apostrophes_make_no_difference(
    shelves: dict[str, list[Library]], written: str, step: str
) -> None:
    assert search(shelves["sv"], written)[0].target.startswith(step)


@pytest.mark.parametrize("query", ["xyzzy", "qqqq", "!!!", "🤷", "hundvalpar till salu"])
def test_nothing_found_is_nothing_shown(shelves: dict[str, list[Library]], query: str) -> None:
    assert search(shelves["sv"], query) == []


def test_a_search_shows_steps_with_the_words_that_were_sought(browser: Open) -> None:
    page = browser().get("/hjalp?q=popup", 200)
    assert "/hjalp/ge-behorighet#steg-6" in page.links
    assert "noindex" in page.text
    assert page.value("q") == "popup"


def test_a_hit_shows_what_to_do_first(shelves: dict[str, list[Library]]) -> None:
    shown = "".join(piece for piece, _ in search(shelves["sv"], "bank-id funkar inte")[0].snippet)
    assert shown.startswith("Stäng appen")


def test_an_empty_result_leads_to_a_human_and_to_the_contents(
    approver: Traveller, browser: Open
) -> None:
    stranger = Browser.open(approver.app).get("/hjalp?q=xyzzy", 200)
    assert "Fråga den som skickade länken" in stranger.words
    assert "/hjalp/standardforetag" in stranger.links
    public_id = approver.at.rpartition("/")[2]
    hers = approver.browser.get(f"/hjalp?q=xyzzy&k={public_id}&fran=foretag", 200)
    assert "Ring Britta Berg" in hers.words
    assert "tel:081234567" in hers.links
    assert f"{approver.at}/fran-hjalpen?k={public_id}&fran=foretag" in hers.actions


def test_a_search_keeps_the_way_back(approver: Traveller) -> None:
    public_id = approver.at.rpartition("/")[2]
    page = approver.browser.get(f"/hjalp?q=popup&k={public_id}&fran=foretag", 200)
    assert f"/hjalp/ge-behorighet?k={public_id}&fran=foretag#steg-6" in page.links
    assert f'name="k" value="{public_id}"' in page.text


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("4F7KXT", "4F7KXT"),
        ("4f7kxt", "4F7KXT"),
        ("kod 4F7 KXT", "4F7KXT"),
        ("Koden: 4F7-KXT", "4F7KXT"),
        ("KMQZRX", "KMQZRX"),
        ("4F7KX", ""),
        ("4F0KXT", ""),  # no code has a zero
        ("559922", ""),
        ("senare", ""),
    ],
)
def test_a_code_is_known_by_its_form(written: str, code: str) -> None:
    assert code_in(written, found=True) == code


def test_letters_that_are_no_word_of_the_help_are_a_code() -> None:
    assert code_in("kmqzrx", found=False) == "KMQZRX"
    assert code_in("kmqzrx", found=True) == ""


def test_a_code_is_to_be_read_out_and_is_looked_up_for_nobody(approver: Traveller) -> None:
    public_id = approver.at.rpartition("/")[2]
    (code, *_) = re.findall(r"Kod (\w{6})", approver.get("valkommen", 200).words)
    hers = approver.browser.get("/hjalp", 200, query_string={"q": code, "k": public_id}).words
    assert "Det är din kod, läs upp den för Britta Berg, 08-123 45 67." in hers
    stranger = Browser.open(approver.app)
    known = stranger.get("/hjalp", 200, query_string={"q": code}).words
    unknown = stranger.get("/hjalp", 200, query_string={"q": "4F7KXT"}).words
    assert "Det är din kod, läs upp den för den du ringer" in known
    assert known.replace(code, "4F7KXT") == unknown


def shown(page: Page) -> str:
    return unescape(page.value("q"))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(query=st.text(max_size=300))
def test_a_search_stands_whatever_is_written(browser: Open, query: str) -> None:
    page = browser().get("/hjalp", query_string={"q": query.encode("utf-8", "replace")})
    assert page.status in {200, 400}
    if page.status == 200:
        assert "Set-Cookie" not in page.headers
        assert len(shown(page)) <= 100


@pytest.mark.parametrize(
    "query", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}"]
)
def test_a_search_shows_markup_as_words(browser: Open, query: str) -> None:
    page = browser().get("/hjalp", 200, query_string={"q": query})
    assert query not in page.text or query == "{{7*7}}"
    assert "49" not in page.value("q")


def test_words_are_compared_without_dots_and_endings() -> None:
    assert fold("ÅÄÖéÆ") == "aaoea"
    forms = {stem(word, "sv") for word in ("behorigheter", "behorigheten", "behorighet")}
    assert len(forms) == 1
    assert stem("fakturor", "sv") == stem("faktura", "sv")
    assert likeness(stem("faktura", "sv"), stem("fakturan", "sv")) > 0.6
    assert stem("invoices", "en") == stem("invoice", "en")
    assert stem("ny", "sv") == "ny"
    assert likeness("popup", "popup") == 1
    assert likeness("fonst", "fonster") > 0
    assert likeness("ab", "ac") == 0


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("losenord", "lossenord"),
        ("losenord", "losneord"),
        ("losenord", "lseonord"),
        ("konto", "kono"),
    ],
)
def test_letters_too_many_too_few_wrong_or_swapped_are_misspellings(
    sought: str, found: str
) -> None:
    assert likeness(sought, found) == likeness(found, sought) == 0.6


@given(one=st.text(min_size=1, max_size=12), other=st.text(min_size=1, max_size=12))
def test_words_are_alike_whatever_letters_they_hold(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) < 1 or one == other
    assert likeness(one, one) == 1


@pytest.mark.parametrize("language", ["sv", "en"])
def test_an_excerpt_has_no_hole_where_the_page_names_something(app: Flask, language: str) -> None:
    with app.test_request_context():
        steps = library(app, language).steps
    holes = [step.target for step in steps if re.search(r"\s[.,:;!?](\s|$)", step.text)]
    assert not holes
