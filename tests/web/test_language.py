"""The reader's language: asked for, chosen and kept, or her browser's; Swedish when unsure."""

from collections.abc import Callable
from typing import Literal

import pytest
from flask import Flask

from tests.support.client import Browser, Page
from tests.support.traveller import HER_NUMBER, Traveller, invite
from wizard.models import KeyPurpose, LetterKind
from wizard.services import outbox
from wizard.services.invitations import lifecycle
from wizard.services.outbox import Addressee

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


def letter_link(app: Flask, language: Literal["sv", "en"], number: str = HER_NUMBER) -> str:
    """The path of a link that was mailed in a language."""
    made = invite(app, number, number)
    with app.extensions["sessions"]() as session:
        invitation = session.merge(made.invitation)
        letter = outbox.post(
            session, LetterKind.INVITATION, invitation, Addressee("a@example.com", language)
        )
        secret = lifecycle.key_for_letter(session, letter, KeyPurpose.MAILED)
        session.commit()
    return f"/k/{secret}"


def test_a_guide_keeps_the_language_of_its_letter_until_she_changes_it(
    app: Flask, browser: Open
) -> None:
    english, swedish = letter_link(app, "en"), letter_link(app, "sv", "5560125790")
    hers = browser()
    headers = {"Accept-Language": "sv"}
    for link, spoken in ((english, "en"), (swedish, "sv"), (english, "en")):
        guide = hers.get(link, 303, headers=headers).goes_to
        assert language(hers.get(f"{guide}valkommen", headers=headers)) == spoken
    public_id = guide.split("/")[2]
    assert language(hers.get(f"/hjalp?k={public_id}", headers=headers)) == "en"
    hers.get(f"/sprak/sv?till={guide}valkommen", 303)
    assert language(hers.get(f"{guide}valkommen", headers=headers)) == "sv"
    hers.get(english, 303)
    hers.get(letter_link(app, "en"), 303)  # a reminder, in the language she left
    assert language(hers.get(f"{guide}valkommen", headers=headers)) == "sv"


def test_a_letters_language_wins_over_the_browsers_where_no_guide_is_named(
    app: Flask, browser: Open
) -> None:
    hers = browser()
    hers.get(letter_link(app, "en"), 303)
    assert language(hers.get("/koppla/vilse", headers={"Accept-Language": "sv"})) == "en"


def test_an_english_reader_walks_the_whole_road_in_english(approver: Traveller) -> None:
    approver.browser.get("/sprak/en", 303)
    for step in ("valkommen", "kollega", "nej"):
        assert language(approver.get(step, 200)) == "en"
    approver.go_straight()
    for step in ("behorighet", "bokforing", "foretag", "ge-behorighet"):
        assert language(approver.get(step, 200)) == "en"
    assert "receipt" in approver.approve().words.lower()
