"""The approver's road in a real browser: with a new window, without script, on a phone, and astray."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site, at_visma, check, heading, press
from tests.support.standin import StandIn
from tests.support.traveller import HERS

Open = Callable[..., Page]
STEPS = ["behorighet", "bokforing", "foretag", "ge-behorighet"]


def walk_to_the_button(page: Page, link: str, *, look: bool = False) -> None:
    """From the link through every step to Ge behörighet."""
    page.goto(link)
    press(page, "Börja")
    for step in STEPS:
        page.wait_for_url(re.compile(f"/{step}$"))
        if look:
            check(page)
        if step in {"behorighet", "bokforing"}:
            page.get_by_role("radio").first.check()
        if step != "ge-behorighet":
            page.get_by_role("main").get_by_role("button").last.click()


def press_in_the_same_window(page: Page) -> None:
    """The button that opens no window: the main one on a phone, the other on a large screen."""
    page.wait_for_url(re.compile("/ge-behorighet$"))
    large = page.get_by_role("link", name="Öppna i samma fönster", exact=True).count()
    press(page, "Öppna i samma fönster" if large else "Ge behörighet")


def straight_to_visma(page: Page, link: str) -> None:
    """In two presses, in the same window."""
    page.goto(link)
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
    press_in_the_same_window(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_whole_road_with_a_new_window(
    site: Site, person: Open, visma: StandIn, width: int
) -> None:
    link = site.link()
    page = person(viewport={"width": width, "height": 800})
    walk_to_the_button(page, link, look=True)
    window = press(page, "Ge behörighet" if width > 600 else "Öppna i nytt fönster")
    assert window.evaluate("window.opener") is None
    expect(page.get_by_role("heading", name="Det här gör du i Visma")).to_be_visible()
    check(page)
    at_visma(window, "Stina Standardföretag", HERS)
    heading(window, "klart")
    check(window)
    heading(page, "klart")  # the page left behind has followed
    for said in (HERS, "559900-1079", "Stina Standardföretag"):
        expect(page.get_by_role("main")).to_contain_text(said)
    assert len(visma.grants()) == 1


def test_the_whole_road_with_script_off(site: Site, person: Open, visma: StandIn) -> None:
    link = site.link()
    page = person(java_script_enabled=False)
    walk_to_the_button(page, link)
    window = press(page, "Ge behörighet")
    at_visma(window, "Elsa Ensam")
    heading(window, "klart")
    press(page, "Jag är klar i Visma – fortsätt")
    heading(page, "klart")
    assert len(visma.grants()) == 1


def test_wrong_company_then_right(site: Site, person: Open, visma: StandIn) -> None:
    page = person()
    straight_to_visma(page, site.link())
    at_visma(page, "Stina Standardföretag")
    expect(page.get_by_role("main")).to_contain_text("Du valde Gamla Bolaget AB (559900-1145)")
    check(page)
    assert visma.grants() == []
    press(page, "Välj företag igen")
    at_visma(page, "Stina Standardföretag", HERS)
    heading(page, "klart")


def test_the_page_left_behind_follows_through_a_wrong_company(site: Site, person: Open) -> None:
    page = person()
    page.goto(site.link())
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
    window = press(page, "Ge behörighet")
    at_visma(window, "Stina Standardföretag")
    heading(page, "annat företag")
    press(window, "Välj företag igen")
    at_visma(window, "Stina Standardföretag", HERS)
    heading(window, "klart")
    heading(page, "klart")


def test_who_is_on_the_way_to_a_slow_login_is_not_called_back(site: Site, person: Open) -> None:
    page = person(viewport={"width": 360, "height": 640})
    page.clock.install()
    page.goto(site.link())
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/laget"):
        page.clock.run_for(4_000)
    page.evaluate("addEventListener('click', press => press.preventDefault())")  # slow for ever
    page.get_by_role("link", name="Ge behörighet", exact=True).click()
    asked.clear()
    page.clock.run_for(10_000)
    assert not asked
    with page.expect_response("**/laget"):  # she is back
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_deny_then_retry(site: Site, person: Open) -> None:
    page = person()
    straight_to_visma(page, site.link())
    at_visma(page, "Elsa Ensam", answer="Avbryt")
    expect(page.get_by_role("main")).to_contain_text("Inget har kopplats")
    check(page)
    window = press(page, "Försök igen")
    at_visma(window, "Elsa Ensam")
    heading(window, "klart")


def test_the_same_link_continues_on_a_second_device(site: Site, person: Open) -> None:
    link = site.link()
    desk = person()
    desk.goto(link)
    press(desk, "Börja")
    desk.wait_for_url(re.compile("/behorighet$"))
    phone = person(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    phone.goto(link)
    phone.wait_for_url(re.compile("/behorighet$"))
    assert phone.url == desk.url


def test_the_secret_is_in_no_later_address_referer_or_log(
    site: Site, person: Open, visma: StandIn
) -> None:
    link = site.link()
    secret = link.rpartition("/")[2]
    page = person()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(f"{request.url} {request.headers}"))
    straight_to_visma(page, link)
    at_visma(page, "Elsa Ensam")
    heading(page, "klart")
    assert sum(secret in line for line in seen) == 1  # the link itself
    assert secret not in page.content()
    assert secret not in site.log.read_text()
    assert '"path": "/k/…"' in site.log.read_text()


def test_back_and_reload_lose_nothing(site: Site, person: Open, visma: StandIn) -> None:
    page = person()
    straight_to_visma(page, site.link())
    at_visma(page, "Elsa Ensam")
    heading(page, "klart")
    page.reload()
    heading(page, "klart")
    page.go_back()
    page.go_forward()
    heading(page, "klart")
    assert len(visma.grants()) == 1
