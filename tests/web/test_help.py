"""The help: every step at an address that stays, in both languages, with the reader's way back."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.standin import StandIn
from tests.support.traveller import (
    HER_NUMBER,
    HERS,
    Traveller,
    address,
    invite,
)
from wizard.articles import ARTICLES
from wizard.causes import CAUSES, Cause
from wizard.models import ALL_FIRMS, FunnelCount, FunnelCounted

Open = Callable[..., Browser]

# Addresses that have been handed out. They stay: add at the end, take none away.
STEPS = {
    "vem-kan-godkanna": 4,
    "behorigheter": 5,
    "bokforing": 8,
    "hamta-lanken": 6,
    "ge-behorighet": 9,
    "logga-in": 5,
    "valj-foretag": 6,
    "standardforetag": 6,
    "godkann-behorigheter": 4,
    "fornya": 4,
    "koppla-fran": 4,
    "dokument-saknas": 4,
    "ar-lanken-akta": 5,
    "vad-vi-laser": 5,
    "visma-eller-spiris": 4,
    "kostnad": 3,
    "kvitto": 4,
    "verifikat": 3,
    "senseworks": 3,
    "bankid": 4,
    "kakor": 4,
    "sprak": 2,
}
LANGUAGES = ("sv", "en")


def ids(page: Page) -> list[str]:
    assert page.tree is not None
    return [found for element in page.tree.iter() if (found := element.get("id"))]


def steps(page: Page) -> list[str]:
    return [name for name in ids(page) if name.startswith("steg-")]


def in_head(page: Page, rel: str) -> list[str]:
    assert page.tree is not None
    return [link.get("href", "") for link in page.tree.iter("link") if link.get("rel") == rel]


@pytest.mark.parametrize("language", LANGUAGES)
def test_article_has_every_step_that_its_address_promises(browser: Open, language: str) -> None:
    reader = browser()
    for slug, handed_out in STEPS.items():
        page = reader.get(f"/hjalp/{slug}?lang={language}", 200)
        assert page.tree is not None
        assert page.tree.get("lang") == language
        expected = [f"steg-{number}" for number in range(1, ARTICLES[slug].steps + 1)]
        assert steps(page) == expected, slug
        assert len(expected) >= handed_out, f"an address in {slug} that was handed out is gone"
        for step in expected:
            assert f"#{step}" in page.links
            assert f'data-copy-text="http://localhost/hjalp/{slug}#{step}"' in page.text


def test_article_list_is_the_one_that_was_handed_out() -> None:
    assert set(ARTICLES) >= set(STEPS)


def test_article_can_be_found_in_each_language(browser: Open) -> None:
    reader = browser()
    for slug in ARTICLES:
        page = reader.get(f"/hjalp/{slug}", 200)
        assert in_head(page, "canonical") == [f"http://localhost/hjalp/{slug}"]
        english = f"http://localhost/hjalp/{slug}?lang=en"
        assert english in in_head(page, "alternate")
        assert in_head(reader.get(f"/hjalp/{slug}?lang=en", 200), "canonical") == [english]
        assert 'name="description"' in page.text
        assert "noindex" not in page.text


def test_article_unknown_is_not_there(browser: Open) -> None:
    browser().get("/hjalp/finns-inte", 404)
    browser().get("/hjalp/%00", 404)


def test_every_link_of_the_help_leads_to_a_step_that_is_there(browser: Open) -> None:
    reader = browser()
    known = {f"/hjalp/{slug}": set(ids(reader.get(f"/hjalp/{slug}"))) for slug in ARTICLES}
    known["/hjalp"] = set(ids(reader.get("/hjalp")))
    for path in list(known):
        for link in reader.get(path).links:
            target, _, step = link.partition("#")
            if target in known:
                assert not step or step in known[target], f"{path} -> {link}"


def test_addresses_from_when_the_help_was_one_page_still_lead_there(browser: Open) -> None:
    contents = browser().get("/hjalp", 200)
    for slug in STEPS:
        assert slug in ids(contents)
        assert f"/hjalp/{slug}" in contents.links


@pytest.mark.parametrize("path", ["/hjalp", "/hjalp/standardforetag", "/hjalp/ar-lanken-akta"])
def test_help_for_a_stranger_sets_no_cookie_and_may_be_kept(browser: Open, path: str) -> None:
    page = browser().get(path, 200)
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "public, max-age=300"
    assert {"Accept-Language", "Cookie"} <= set(page.headers["Vary"].replace(",", " ").split())
    assert "X-Robots-Tag" not in page.headers


def test_help_for_somebody_with_a_session_is_hers_alone(
    approver: Traveller, browser: Open, visma_app: Flask
) -> None:
    for path in ("/hjalp", "/hjalp/standardforetag"):
        assert approver.browser.get(path, 200).headers["Cache-Control"] == "private, no-cache"


def test_article_leads_back_to_the_page_she_came_from(approver: Traveller) -> None:
    approver.go_straight()
    public_id = approver.at.rpartition("/")[2]
    page = approver.get("foretag", 200)
    link = next(link for link in page.links if link.startswith("/hjalp?"))
    assert link == f"/hjalp?k={public_id}&fran=foretag"
    contents = approver.browser.get(link, 200)
    onward = next(link for link in contents.links if link.startswith("/hjalp/logga-in"))
    article = approver.browser.get(onward, 200)
    back = f"{approver.at}/fran-hjalpen?k={public_id}&fran=foretag"
    assert article.actions.count(back) == 1
    assert article.text.count('form="to-step"') == STEPS["logga-in"]
    assert approver.browser.post(back, {}, 303).goes_to == f"{approver.at}/foretag"
    assert "noindex" in article.text
    assert "Britta Berg" in article.words


@pytest.mark.parametrize(
    "came_from", ["", "&fran=//example.com", "&fran=../foretag", "&fran=laget"]
)
def test_article_leads_back_nowhere_but_to_a_page_of_hers(
    approver: Traveller, came_from: str
) -> None:
    public_id = approver.at.rpartition("/")[2]
    page = approver.browser.get(f"/hjalp/logga-in?k={public_id}{came_from}", 200)
    (back,) = [one for one in page.actions if one.startswith(f"{approver.at}/fran-hjalpen?")]
    assert approver.browser.post(back, {}, 303).goes_to == f"{approver.at}/"


def test_the_help_is_counted_by_the_press_that_leads_back_and_not_by_looking(
    approver: Traveller, session: Session
) -> None:
    helped = select(func.sum(FunnelCount.number)).where(
        FunnelCount.counted == FunnelCounted.HELPED, FunnelCount.firm_id == ALL_FIRMS
    )
    approver.go_straight()
    public_id = approver.at.rpartition("/")[2]
    way = f"k={public_id}&fran=foretag"
    approver.browser.get(f"/hjalp/logga-in?{way}", 200)
    assert session.scalar(helped) is None
    for _ in range(2):
        approver.browser.post(f"{approver.at}/fran-hjalpen?{way}", {}, 303)
    assert session.scalar(helped) == 1


def test_article_tells_a_stranger_nothing_of_an_invitation(
    approver: Traveller, visma_app: Flask
) -> None:
    public_id = approver.at.rpartition("/")[2]
    for path in ("/hjalp/standardforetag", "/hjalp/ar-lanken-akta", "/hjalp"):
        known = Browser.open(visma_app).get(f"{path}?k={public_id}", 200)
        unknown = Browser.open(visma_app).get(f"{path}?k=finnsinte", 200)
        assert known.words == unknown.words
        for secret in (HERS, HER_NUMBER[:6], "Byrån AB", "Britta Berg"):
            assert secret not in known.words


def test_the_default_company_guide_ends_in_another_try_with_the_choice_forced(
    approver: Traveller,
) -> None:
    public_id = approver.at.rpartition("/")[2]
    early = approver.browser.get(f"/hjalp/standardforetag?k={public_id}", 200)
    assert "till-inloggning" not in early.text
    approver.go_straight()
    guide = approver.browser.get(f"/hjalp/standardforetag?k={public_id}", 200)
    again = next(link for link in guide.links if "till-inloggning" in link)
    assert again == f"{approver.at}/till-inloggning?igen=1"
    assert "prompt=login" in approver.browser.get(again, 303).location


def test_article_on_the_link_confirms_the_sender_to_the_browser_that_holds_it(
    approver: Traveller,
) -> None:
    words = approver.browser.get("/hjalp/ar-lanken-akta", 200).words
    for fact in ("Byrån AB", "Britta Berg", "08-123 45 67", HERS, "559900-1079"):
        assert fact in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_has_a_help_step_that_is_there(browser: Open, language: str) -> None:
    reader = browser()
    assert set(CAUSES) == set(Cause)
    for cause, facts in CAUSES.items():
        article, _, step = facts.help.partition("#")
        assert step in steps(reader.get(f"/hjalp/{article}?lang={language}", 200)), cause
        assert cause in ARTICLES[article].cures


def test_help_for_staff_leads_to_their_work(browser: Open, cast: Cast) -> None:
    assert "/" in browser(cast.support).get("/hjalp", 200).links


class Shape(HTMLParser):
    """The tags of a page with their ids: what two languages must have in common."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more tag."""
        if tag not in {"em", "strong", "meta"}:
            self.found.append(f"{tag}#{dict(attrs).get('id')}")


@pytest.mark.parametrize(
    "path", ["/hjalp", "/hjalp/standardforetag", "/hjalp?k=x", "/hjalp/fornya?k=x"]
)
def test_help_can_be_read_while_the_database_is_away(
    make_app: Callable[..., Flask], path: str
) -> None:
    reader = Browser.open(make_app(database_url="postgresql://wizard@127.0.0.1:1/wizard"))
    with reader.client.session_transaction() as session:
        session["grants"] = [1]
    reader.get(path, 200)


def test_both_languages_have_the_same_shape(browser: Open) -> None:
    reader = browser()
    for path in (*(f"/hjalp/{slug}" for slug in STEPS), "/uppgifter", "/tillganglighet"):
        swedish, english = (shape(reader.get(f"{path}?lang={one}", 200)) for one in LANGUAGES)
        assert swedish == english, path


def shape(page: Page) -> list[str]:
    found = Shape()
    found.feed(re.sub(r"<head>.*?</head>", "", page.text, flags=re.DOTALL))
    return found.found


def test_help_on_the_stand_in_is_reached_from_a_cause(approver: Traveller, visma: StandIn) -> None:
    page = approver.go_straight().approve("Stina Standardföretag", None)
    link = next(link for link in page.links if link.startswith("/hjalp/standardforetag"))
    assert link.endswith("fran=orsak#steg-1")
    guide = approver.browser.get(link.partition("#")[0], 200)
    (back,) = [one for one in guide.actions if "/fran-hjalpen?" in one]
    assert approver.browser.post(back, {}, 303).goes_to == f"{approver.at}/orsak"


def test_a_link_address_is_never_in_the_help(visma_app: Flask, visma: StandIn) -> None:
    link = address(invite(visma_app))
    traveller = Traveller.with_link(visma_app, visma, link)
    assert link not in traveller.browser.get("/hjalp/ar-lanken-akta", 200).text
