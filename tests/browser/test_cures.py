"""From each thing that goes wrong to an active connection, by following only what the pages say."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.site import Site, at_visma, check, follow, heading, press
from tests.browser.test_road import straight_to_visma
from tests.standin import StandIn
from tests.traveller import HERS
from wizard.causes import Cause
from wizard.models import Authorization

Open = Callable[..., Page]
RIGHT = "Vera Välja"


@dataclass(frozen=True)
class Case:
    """What somebody does that goes wrong, what she then presses, and who approves the next time."""

    cause: Cause
    who: str
    company: str | None = None
    answer: str = "Godkänn"
    press: str = "Försök igen"
    then: str = RIGHT


CASES = [
    Case(Cause.DECLINED, "Elsa Ensam", answer="Avbryt", then="Elsa Ensam"),
    Case(Cause.STALE_CODE, "Kodvägrar-Karl"),
    Case(Cause.PROVIDER_REFUSED, "Serverfel-Sara"),
    Case(
        Cause.WRONG_COMPANY,
        "Stina Standardföretag",
        press="Välj företag igen",
        then="Stina Standardföretag",
    ),
    Case(Cause.SCOPE_MISSING, "Rut Utan Förnyelse"),
    Case(Cause.PERMISSION_MISSING, "Bo Begränsad"),
]


def cause_of(site: Site) -> str | None:
    """What the latest trip stopped at, as stored."""
    with site.app.extensions["sessions"]() as session:
        latest = select(Authorization.cause).order_by(Authorization.id.desc()).limit(1)
        cause: str | None = session.scalar(latest)
        return cause


def sign_out_of_visma(page: Page) -> None:
    """As the pages advise: another person, or the same one afresh."""
    page.context.clear_cookies(domain="127.0.0.1")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.cause.value)
def test_the_page_of_a_cause_leads_to_an_active_connection(
    site: Site, person: Open, visma: StandIn, case: Case
) -> None:
    page = person(viewport={"width": 360, "height": 740})
    straight_to_visma(page, site.link())
    at_visma(page, case.who, case.company, answer=case.answer)
    page.wait_for_url(re.compile("/orsak"))
    assert cause_of(site) == case.cause
    check(page)
    if case.then != case.who:
        sign_out_of_visma(page)
    window = press(page, case.press)
    at_visma(window, case.then, HERS)
    heading(window, "klart")
    assert visma.grants()[-1].person == case.then


CODES = {
    Cause.MODULE_MISSING: 4002,
    Cause.STARTUP_GUIDE: 4003,
    Cause.COMPANY_INACTIVE: 4004,
    Cause.LICENCE_NOT_ACCEPTED: 4012,
    Cause.NO_BOOKKEEPING: 4009,
    Cause.PERMISSION_MISSING: 4007,
    Cause.USER_NOT_IN_COMPANY: 4011,
}


@pytest.mark.parametrize("cause", CODES, ids=lambda cause: cause.value)
def test_what_is_put_right_at_visma_is_enough_to_try_again(
    site: Site, person: Open, visma: StandIn, cause: Cause
) -> None:
    visma.fail("companysettings", "error_code", CODES[cause])
    page = person(viewport={"width": 360, "height": 740})
    straight_to_visma(page, site.link())
    at_visma(page, RIGHT, HERS)
    page.wait_for_url(re.compile("/orsak"))
    assert cause_of(site) == cause
    press(page, "Steg för steg i hjälpen")  # the step that says what to put right
    expect(page.locator("li:target")).to_be_visible()
    visma.heal()
    page.locator("li:target").get_by_role("link", name="Tillbaka till ditt steg").click()
    page.wait_for_url(re.compile("/orsak"))
    again = page.get_by_role("main").get_by_role(
        "link", name=re.compile("^(Försök|Välj företag) igen$")
    )
    window = follow(again.first)
    at_visma(window, RIGHT, HERS)
    heading(window, "klart")
    assert len(visma.grants()) == 1


def test_a_colleague_with_the_right_permission_finishes(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person()
    straight_to_visma(page, site.link())
    at_visma(page, "Bo Begränsad")
    heading(page, "behörighet")
    press(page, "Be en kollega")
    press(page, "Skapa en länk till en kollega")
    colleague = person()
    straight_to_visma(colleague, page.locator("#link").input_value())
    at_visma(colleague, RIGHT, HERS)
    heading(colleague, "klart")


def test_the_guide_to_the_default_company_ends_in_a_connection(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person(viewport={"width": 360, "height": 740})
    straight_to_visma(page, site.link())
    at_visma(page, "Otto Överhoppad")
    heading(page, "annat företag")
    press(page, "Jag fick inte välja företag")
    heading(page, "väljer ett annat")
    press(page, "Steg för steg i hjälpen")
    heading(page, "fel företag väljs")
    check(page)
    elsewhere = person()  # the reader does as the guide says, in a window of her own
    elsewhere.goto(f"{visma.url}/")
    visma.set_default_company("Otto Överhoppad", None)
    press(page, "Klart – försök igen")
    at_visma(page, "Otto Överhoppad", HERS)
    heading(page, "klart")
    assert len(visma.grants()) == 1


def test_visma_away_is_awaited_without_another_approval(
    site: Site, person: Open, visma: StandIn
) -> None:
    visma.fail("companysettings", "status", 503)
    page = person()
    straight_to_visma(page, site.link())
    at_visma(page, RIGHT, HERS)
    heading(page, "svarar inte")
    visma.heal()
    with site.app.extensions["sessions"].begin() as session:
        trip = session.scalars(
            select(Authorization).order_by(Authorization.id.desc()).limit(1)
        ).one()
        trip.next_try_at = trip.created_at  # the time of the next try has come
    press(page, "Uppdatera")
    heading(page, "klart")


def test_whoever_never_came_back_tries_again_in_the_same_window(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person()
    page.goto(site.link())
    press(page, "Jag har rätt behörighet – gå direkt till Visma")
    page.wait_for_url(re.compile("/ge-behorighet$"))
    guide = page.url
    press(page, "Öppna i samma fönster")
    at_visma(page, "Aldrig Åter-Arne")
    assert not page.url.startswith(site.url)
    sign_out_of_visma(page)
    page.goto(guide)
    press(page, "Öppna i samma fönster")
    at_visma(page, RIGHT, HERS)
    heading(page, "klart")
