"""From each thing that goes wrong to an active connection, by following only what the pages say."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlalchemy import select

from tests.browser.portal import (
    enter,
    fill_in_number,
    open_program,
    remove_default_company,
)
from tests.browser.site import Site, at_visma, check, follow, heading, press
from tests.browser.test_causes import number
from tests.browser.test_road import straight_to_visma
from tests.support.standin import StandIn
from tests.support.traveller import HERS
from wizard.causes import Cause
from wizard.models import Authorization

Open = Callable[..., Page]
RIGHT = "Vera Välja"
PHONE: ViewportSize = {"width": 360, "height": 640}


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
    """What the latest authorization stopped at, as stored."""
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
    page = person(viewport=PHONE)
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


@dataclass(frozen=True)
class AtVisma:
    """A company with something wrong, and what is pressed in the program to put it right."""

    company: str
    cause: Cause
    presses: tuple[str, ...]


AT_VISMA = [
    AtVisma("Modul Saknas AB", Cause.MODULE_MISSING, ("Appar och tillval", "Slå på Integration")),
    AtVisma("Startguiden Ej Klar AB", Cause.STARTUP_GUIDE, ("Gör klart startguiden",)),
    AtVisma("Avtal Ej Godkänt AB", Cause.LICENCE_NOT_ACCEPTED, ("Godkänn avtalet",)),
]


@pytest.mark.parametrize("case", AT_VISMA, ids=lambda case: case.cause.value)
def test_what_the_page_says_is_done_in_the_program(
    site: Site, person: Open, visma: StandIn, case: AtVisma
) -> None:
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link(case.company, number(case.company)))
    at_visma(page, RIGHT, case.company)
    page.wait_for_url(re.compile("/orsak"))
    assert cause_of(site) == case.cause
    window = open_program(page, RIGHT, case.company)
    for name in case.presses:
        press(window, name)
    press(page, "Försök igen")
    at_visma(page, RIGHT, case.company)
    heading(page, "klart")
    assert len(visma.grants()) == 1


@pytest.mark.parametrize("company", ["Inaktiva AB", "Avstängda AB"])
def test_who_looks_after_the_subscription_starts_it_and_she_goes_on(
    site: Site, person: Open, visma: StandIn, company: str
) -> None:
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link(company, number(company)))
    at_visma(page, RIGHT, company)
    page.wait_for_url(re.compile("/orsak"))
    assert cause_of(site) == Cause.COMPANY_INACTIVE
    page.get_by_role("button", name=re.compile("^Meddela ")).click()
    expect(page.get_by_role("status").first).to_contain_text("Vi har meddelat")
    check(page)
    other = person()
    other.goto(f"{visma.url}/")
    press(enter(other, RIGHT, company), "Starta abonnemanget igen")
    press(page, "Försök igen")
    at_visma(page, RIGHT, company)
    heading(page, "klart")


def test_a_missing_number_is_told_filled_in_and_found(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link("Saknar Nummer AB", "5599009999"))
    at_visma(page, RIGHT, "Saknar Nummer AB")
    heading(page, "inget organisationsnummer")
    check(page)
    page.get_by_role("button", name=re.compile("^Meddela ")).click()
    expect(page.get_by_role("main")).to_contain_text("Kvar för dig: fyll i numret i Visma")
    check(page)
    fill_in_number(open_program(page, RIGHT, "Saknar Nummer AB"), "559900-9999")
    press(page, "Försök igen")
    at_visma(page, RIGHT, "Saknar Nummer AB")
    heading(page, "klart")
    assert len(visma.grants()) == 1


def test_a_foreign_company_is_told_and_the_right_one_chosen(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link())
    at_visma(page, RIGHT, "Norskt Selskap AS")
    heading(page, "inte svenskt")
    check(page)
    page.get_by_role("button", name=re.compile("^Meddela ")).click()
    expect(page.get_by_role("main")).to_contain_text("Du behöver inte göra något mer nu")
    check(page)
    press(page, "Välj företag igen")
    at_visma(page, RIGHT, HERS)
    heading(page, "klart")


def test_bookkeeping_that_is_added_is_found_by_trying_again(
    site: Site, person: Open, visma: StandIn
) -> None:
    visma.fail("vouchers", "error_code", 4009)
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link())
    at_visma(page, RIGHT, HERS)
    heading(page, "rätt företag – men det har bara fakturering")
    check(page)
    page.get_by_role("button", name=re.compile("^Meddela ")).click()
    expect(page.get_by_role("status").first).to_contain_text("Vi har meddelat")
    visma.heal()
    press(page, "Försök igen")
    at_visma(page, RIGHT, HERS)
    heading(page, "klart")


def test_a_colleague_raises_her_permission_and_she_tries_again(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link())
    at_visma(page, "Bo Begränsad")
    heading(page, "rätt företag – men din behörighet räcker inte")
    colleague = person()
    colleague.goto(f"{visma.url}/")
    window = enter(colleague, RIGHT, HERS)
    press(window, "Inställningar")
    press(window, "Behörigheter")
    press(window, "Gör Fullständig: Bo Begränsad")
    press(page, "Försök igen")
    at_visma(page, "Bo Begränsad")
    heading(page, "klart")


def test_who_has_no_access_hands_over_to_one_who_has(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link())
    at_visma(page, "Inga Inaktiv")
    heading(page, "rätt företag – men du kommer inte åt det")
    press(page, "Be en kollega")
    press(page, "Skapa en länk till en kollega")
    colleague = person()
    straight_to_visma(colleague, page.locator("#link").input_value())
    at_visma(colleague, RIGHT, HERS)
    heading(colleague, "klart")


def test_who_says_she_is_done_before_she_went_is_told_what_is_missing(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person(viewport=PHONE, java_script_enabled=False)
    page.goto(site.link())
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
    press(page, "Jag är klar i Visma – fortsätt")
    expect(page.get_by_role("status").first).to_contain_text("Du har inte varit där än")
    press(page, "Ge behörighet")
    at_visma(page, RIGHT, HERS)
    heading(page, "klart")


def test_a_window_that_did_not_open_has_its_cure_at_once(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person(viewport={"width": 1280, "height": 800})
    page.goto(site.link())
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
    press(page, "Ge behörighet").close()  # as if it had never opened
    press(page, "Fortsätt i det här fönstret")
    at_visma(page, RIGHT, HERS)
    heading(page, "klart")


# Where each cause is walked to a connection; those that are one already, or its end, have none.
WALKED = {
    **{case.cause: "test_cures" for case in CASES},
    **{case.cause: "test_cures" for case in AT_VISMA},
    Cause.COMPANY_INACTIVE: "test_cures",
    Cause.DEFAULT_COMPANY: "test_cures",
    Cause.NEVER_RETURNED: "test_cures",
    Cause.NO_BOOKKEEPING: "test_cures",
    Cause.NOT_SWEDISH: "test_cures",
    Cause.NUMBER_MISSING: "test_cures",
    Cause.PROVIDER_UNAVAILABLE: "test_cures",
    Cause.USER_NOT_IN_COMPANY: "test_cures",
    Cause.COOKIES_OFF: "test_road",  # the same link in another browser
    Cause.EXPIRED: "test_ended_links",
    Cause.LOST_SESSION: "test_ended_links",
    Cause.OUR_CONFIGURATION: "test_ended_links",
    Cause.REPLACED: "test_ended_links",
    Cause.WITHDRAWN: "test_ended_links",
}
RENEWALS = {
    Cause.CONSENT_ENDED,
    Cause.APPROVER_GONE,
}  # of a connection: tests/browser/test_renewal.py
ALREADY_ONE = {Cause.ALREADY_CONNECTED, Cause.FINISHED}


def test_every_cause_is_walked_to_a_connection() -> None:
    assert {*WALKED} | RENEWALS | ALREADY_ONE == set(Cause)
    assert not {*WALKED} & (RENEWALS | ALREADY_ONE)


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
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link())
    at_visma(page, RIGHT, HERS)
    page.wait_for_url(re.compile("/orsak"))
    assert cause_of(site) == cause
    press(page, "Steg för steg i hjälpen")  # the step that says what to put right
    expect(page.locator("li:target")).to_be_visible()
    visma.heal()
    page.locator("li:target").get_by_role("button", name="Tillbaka till ditt steg").click()
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
    page = person(viewport=PHONE)
    straight_to_visma(page, site.link())
    at_visma(page, "Otto Överhoppad")
    heading(page, "annat företag")
    press(page, "Jag fick inte välja företag")
    heading(page, "väljer ett annat")
    press(page, "Steg för steg i hjälpen")
    heading(page, "fel företag väljs")
    check(page)
    page.go_back()
    window = press(page, "Öppna Visma i en ny flik")  # where he is signed in already
    remove_default_company(window)
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
        authorization = session.scalars(
            select(Authorization).order_by(Authorization.id.desc()).limit(1)
        ).one()
        authorization.next_try_at = authorization.created_at  # the time of the next try has come
    press(page, "Uppdatera")
    heading(page, "klart")


def test_whoever_never_came_back_tries_again_in_the_same_window(
    site: Site, person: Open, visma: StandIn
) -> None:
    page = person()
    page.goto(site.link())
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
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
