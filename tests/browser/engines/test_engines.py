"""The road in WebKit and Firefox, on a phone, with and without script, astray and back."""

from collections.abc import Iterator

import pytest

from tests.browser.engines.firefox import Firefox
from tests.browser.engines.webkit import WebKit
from tests.browser.engines.window import Window
from tests.browser.site import Site
from tests.browser.test_cures import CASES, CODES, RIGHT, Case, cause_of
from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, HERS
from wizard.causes import Cause

DONE = "Jag är klar i Visma – fortsätt"


BROWSERS = [
    pytest.param((engine, script), id=name, marks=pytest.mark.xdist_group(name))
    for engine in (Firefox, WebKit)
    for script, name in ((True, engine.__name__), (False, f"{engine.__name__} without script"))
]


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request: pytest.FixtureRequest) -> Iterator[Window]:
    """Each engine, with and without script."""
    engine, script = request.param
    opened: Window = engine(script=script)
    yield opened
    opened.quit()


@pytest.fixture
def window(browser: Window, site: Site) -> Window:
    """A window of somebody who has never been here, nor at Visma."""
    browser.look_at(browser.handles()[0])
    for place in (site.url, site.visma.url):
        browser.go(f"{place}/")
        browser.forget_cookies()
    return browser


def at_visma(
    window: Window, person: str, company: str | None = None, answer: str = "Godkänn"
) -> None:
    """Sign in at the stand-in, choose the company where asked, and answer."""
    window.until(lambda: window.words("//h1"), "a page of Visma's")
    if window.offers(person):
        window.press(person)
        window.until(lambda: not window.offers(person), "the next page of Visma's")
    if "Välj företag" in window.words("//h1"):
        if company:
            window.choose(company)
        window.press("Fortsätt")
    window.press(answer)


def straight_to_visma(window: Window, link: str) -> None:
    """In two presses from the link."""
    window.go(link)
    window.press("Jag har rätt behörighet – hoppa till sista steget")
    window.press("Öppna i samma fönster", "Ge behörighet")


def test_the_whole_road(site: Site, window: Window, visma: StandIn) -> None:
    window.go(site.link())
    window.press("Börja")
    window.arrive("behörighet")
    window.choose("Ja")
    window.press("Fortsätt")
    window.arrive("bokföring")
    window.choose("Ja")
    window.press("Fortsätt")
    window.press("Fortsätt")
    window.arrive("ge behörighet")
    left = window.handles()
    window.press("Ge behörighet")
    at_visma(window, "Stina Standardföretag", HERS)
    window.arrive("klart")
    assert HER_NUMBER[:6] in window.words()
    assert len(visma.grants()) == 1
    if len(window.handles()) > len(left):  # the page left behind has followed, or does when asked
        window.look_at(left[0])
        if window.offers(DONE):
            window.press(DONE)
        window.arrive("klart")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.cause.value)
def test_the_page_of_a_cause_leads_to_an_active_connection(
    site: Site, window: Window, visma: StandIn, case: Case
) -> None:
    straight_to_visma(window, site.link())
    at_visma(window, case.who, case.company, answer=case.answer)
    window.until(lambda: "/orsak" in window.address(), case.cause)
    assert cause_of(site) == case.cause
    if case.then != case.who:
        astray = window.address()
        window.go(f"{visma.url}/")
        window.forget_cookies()
        window.go(astray)
    window.press(case.press)
    at_visma(window, case.then, HERS)
    window.arrive("klart")
    assert visma.grants()[-1].person == case.then


@pytest.mark.parametrize("cause", CODES, ids=lambda cause: cause.value)
def test_what_is_put_right_at_visma_is_enough_to_try_again(
    site: Site, window: Window, visma: StandIn, cause: Cause
) -> None:
    visma.fail("companysettings", "error_code", CODES[cause])
    straight_to_visma(window, site.link())
    at_visma(window, RIGHT, HERS)
    window.until(lambda: "/orsak" in window.address(), cause)
    assert cause_of(site) == cause
    visma.heal()
    window.press("Försök igen", "Välj företag igen")
    at_visma(window, RIGHT, HERS)
    window.arrive("klart")
    assert len(visma.grants()) == 1
