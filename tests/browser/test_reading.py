"""Help and guide by keyboard alone, at 320 px, with colours of one's own, without script and on paper."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site, check, heading, press
from tests.support.standin import StandIn
from tests.support.traveller import HERS

Open = Callable[..., Page]
PAGES = [
    "/hjalp",
    "/hjalp?q=f%C3%A5r+inte+v%C3%A4lja",
    "/hjalp?q=xyzzy",
    "/hjalp/standardforetag#steg-4",
    "/hjalp/ar-lanken-akta?lang=en",
    "/hjalp/visma-eller-spiris",
    "/",
    "/uppgifter",
    "/tillganglighet?lang=en",
]
MOST_TABS = 60


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is at what has these words; it must be seen to be there."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if not focused.count():
            continue
        words = focused.first.evaluate(
            "element => (element.labels?.[0]?.innerText || element.innerText || '').trim()"
        )
        if words == name:
            outline = focused.first.evaluate("element => getComputedStyle(element).outlineStyle")
            around = focused.first.evaluate(
                "element => getComputedStyle(element.closest('label') || element).outlineStyle"
            )
            assert outline != "none" or around != "none", f"{name}: the focus is not shown"
            return
    pytest.fail(f"{name!r} is not reached by Tab on {page.url}")


def enter(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    page.keyboard.press(key)


def test_the_whole_road_by_keyboard_alone(site: Site, person: Open, visma: StandIn) -> None:
    page = person()
    page.goto(site.link())
    enter(page, "Börja")
    for step in ("behorighet", "bokforing"):
        page.wait_for_url(re.compile(f"/{step}$"))
        page.keyboard.press("Tab")
        while page.locator("input[type=radio]:focus").count() == 0:
            page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/foretag$"))
    enter(page, "Fortsätt")
    page.wait_for_url(re.compile("/ge-behorighet$"))
    enter(page, "Öppna i samma fönster")
    page.wait_for_url(re.compile("^" + re.escape(visma.url)))
    press(page, "Vera Välja")  # from here on the pages are not ours
    page.get_by_label(HERS).check()
    press(page, "Fortsätt")
    press(page, "Godkänn")
    heading(page, "klart")


def test_a_question_is_answered_by_keyboard_alone(site: Site, person: Open) -> None:
    page = person()
    page.goto(f"{site.url}/hjalp")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Hoppa till innehållet")
    tab_to(page, "Vad behöver du hjälp med?")
    page.keyboard.type("fel bolag")
    page.keyboard.press("Enter")
    heading(page, "sök")
    enter(page, "Är det här som har hänt?")
    heading(page, "fel företag väljs")
    expect(page.locator("li:target")).to_contain_text("Är det här som har hänt?")


@pytest.mark.parametrize("path", PAGES)
def test_public_pages_fit_320_px_and_forced_colours(site: Site, person: Open, path: str) -> None:
    page = person(viewport={"width": 320, "height": 640}, forced_colors="active")
    page.goto(site.url + path)
    check(page)


def test_an_article_on_paper_has_its_steps_and_nothing_to_press(site: Site, person: Open) -> None:
    page = person()
    page.goto(f"{site.url}/hjalp/standardforetag")
    page.emulate_media(media="print")
    expect(page.locator("#steg-5")).to_be_visible()
    for pressed in (".tools", ".step-tools >> nth=0", ".more", ".foot"):
        expect(page.locator(pressed)).to_be_hidden()


def test_an_article_works_without_script(site: Site, person: Open) -> None:
    page = person(java_script_enabled=False)
    page.goto(f"{site.url}/hjalp/standardforetag")
    expect(page.locator("button:visible")).to_have_count(1)  # to search; none that does nothing
    page.get_by_role("link", name="Steg 4", exact=True).click()
    assert page.url.endswith("/hjalp/standardforetag#steg-4")
    page.get_by_role("link", name="English").click()
    heading(page, "wrong company")


def test_a_step_is_copied_with_its_address(site: Site, person: Open) -> None:
    page = person(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{site.url}/hjalp/logga-in")
    page.locator("#steg-3 .copy-step").click()
    expect(page.locator("#steg-3 [role=status]")).to_have_text("Länken är kopierad.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.url}/hjalp/logga-in#steg-3"


def test_the_reader_goes_back_to_where_she_was(site: Site, person: Open) -> None:
    page = person()
    page.goto(site.link())
    press(page, "Börja")
    page.wait_for_url(re.compile("/behorighet$"))
    was = page.url
    press(page, "Läs hjälpen")
    press(page, "Se din behörighet")
    press(page, "Tillbaka till ditt steg")
    page.wait_for_url(was)
