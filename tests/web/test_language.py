"""The reader's language: asked for, chosen and kept, or her browser's; Swedish when unsure."""

from collections.abc import Callable

import pytest

from tests.client import Browser, Page
from tests.traveller import Traveller

Open = Callable[..., Browser]


def language(page: Page) -> str | None:
    assert page.tree is not None
    return page.tree.get("lang")


@pytest.mark.parametrize(
    ("spoken", "shown"),
    [
        (None, "sv"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("en-GB,en;q=0.9", "en"),
        ("de,en;q=0.8", "en"),
        ("nb,da;q=0.9", "sv"),
        ("*", "sv"),
        ("nonsense;;q=,", "sv"),
    ],
)
def test_the_browsers_language_is_respected(browser: Open, spoken: str | None, shown: str) -> None:
    headers = {"Accept-Language": spoken} if spoken else {}
    for path in ("/logga-in", "/hjalp", "/koppla/okand/", "/finns-inte"):
        assert language(browser().get(path, headers=headers)) == shown, path


def test_choose_keeps_the_language_and_leads_back(approver: Traveller) -> None:
    page = approver.get("valkommen", 200)
    switch = next(link for link in page.links if link.startswith("/sprak/en"))
    answer = approver.browser.get(switch, 303)
    assert answer.location == f"{approver.at}/valkommen"
    cookie = answer.headers["Set-Cookie"]
    for part in ("language=en", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert language(approver.browser.get(answer.location, 200)) == "en"
    assert language(approver.browser.get("/hjalp", 200)) == "en"
    assert language(approver.browser.get("/hjalp?lang=sv", 200)) == "sv"


@pytest.mark.parametrize(
    "till", ["//example.com", "https://example.com", "/\\example.com", "", "javascript:alert(1)"]
)
def test_choose_leads_nowhere_but_to_us(browser: Open, till: str) -> None:
    answer = browser().get("/sprak/en", 303, query_string={"till": till})
    assert answer.location == "/hjalp"


def test_choose_knows_two_languages(browser: Open) -> None:
    browser().get("/sprak/de", 404)


def test_the_switch_never_names_a_secret_address(browser: Open) -> None:
    page = browser().get("/k/a-secret", 404)
    assert "a-secret" not in page.text


def test_a_public_page_asked_for_in_a_language_leads_on_in_it(browser: Open) -> None:
    page = browser().get("/hjalp?lang=en", 200)
    assert "/hjalp/logga-in?lang=en" in page.links
    assert "/uppgifter?lang=en" in page.links
    assert "/hjalp?lang=sv" in page.links


def test_a_search_is_the_same_in_the_other_language(browser: Open) -> None:
    page = browser().get("/hjalp?q=popup", 200)
    assert "/hjalp?q=popup&lang=en" in page.links


def test_an_english_reader_walks_the_whole_road_in_english(approver: Traveller) -> None:
    approver.browser.get("/sprak/en", 303)
    for step in ("valkommen", "kollega", "nej"):
        assert language(approver.get(step, 200)) == "en"
    approver.go_straight()
    for step in ("behorighet", "bokforing", "foretag", "ge-behorighet"):
        assert language(approver.get(step, 200)) == "en"
    assert "receipt" in approver.approve().words.lower()
