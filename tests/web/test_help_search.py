"""Searching the help: how people write, what they find, and what hostile words do."""

from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client import Browser, Page
from tests.traveller import Traveller
from wizard.web.help.library import Library, library
from wizard.web.help.ranking import search
from wizard.web.help.words import fold, likeness, stem, within

Open = Callable[..., Browser]

# What people write, and the step that helps: first, or (None) among what is found.
SWEDISH = {
    "får inte välja": "standardforetag#steg-1",
    "fick inte välja företag": "standardforetag#steg-1",
    "far inte valja": "standardforetag#steg-1",
    "fel bolag": "standardforetag#steg-1",
    "fel företag": "standardforetag#steg-1",
    "fel foretag valdes": "standardforetag#steg-1",
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
    "bankid": "logga-in#steg-3",
    "BankID": "logga-in#steg-3",
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
def shelves(app: Flask) -> dict[str, Library]:
    with app.test_request_context("/hjalp"):
        return {language: library(app, language) for language in ("sv", "en")}


@pytest.mark.parametrize(("language", "asked"), [("sv", SWEDISH), ("en", ENGLISH)])
def test_what_people_write_leads_to_the_step_that_helps(
    shelves: dict[str, Library], language: str, asked: dict[str, str]
) -> None:
    missed = {}
    for query, step in asked.items():
        found = [hit.target for hit in search(shelves[language], query)]
        if not found or not found[0].startswith(step):
            missed[query] = found
    assert not missed


@pytest.mark.parametrize("query", ["xyzzy", "qqqq", "!!!", "🤷", "hundvalpar till salu"])
def test_nothing_found_is_nothing_shown(shelves: dict[str, Library], query: str) -> None:
    assert search(shelves["sv"], query) == []


def test_a_search_shows_steps_with_the_words_that_were_sought(browser: Open) -> None:
    page = browser().get("/hjalp?q=popup", 200)
    assert "/hjalp/ge-behorighet#steg-6" in page.links
    assert "noindex" in page.text
    assert page.value("q") == "popup"


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
    assert f"{approver.at}/foretag" in hers.links


def test_a_search_keeps_the_way_back(approver: Traveller) -> None:
    public_id = approver.at.rpartition("/")[2]
    page = approver.browser.get(f"/hjalp?q=popup&k={public_id}&fran=foretag", 200)
    assert f"/hjalp/ge-behorighet?k={public_id}&fran=foretag#steg-6" in page.links
    assert f'name="k" value="{public_id}"' in page.text


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
    assert stem("behorigheter") == stem("behorigheten") == stem("behorighet")
    assert stem("fakturor") == stem("fakturan") == stem("faktura")
    assert stem("ny") == "ny"
    assert likeness("popup", "popup") == 1
    assert likeness("fonst", "fonster") > 0
    assert likeness("ab", "ac") == 0


@given(one=st.text(min_size=1, max_size=12), other=st.text(min_size=1, max_size=12))
def test_slips_are_counted_alike_from_both_sides(one: str, other: str) -> None:
    assert within(one, other, 2) == within(other, one, 2)
    assert within(one, one, 1)
