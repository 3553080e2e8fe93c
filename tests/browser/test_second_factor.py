"""The second factor in a real browser: codes without script, passkeys with a virtual authenticator."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site, check
from tests.browser.test_staff_pages import sign_in
from tests.support.cast import PASSWORD, make_user
from tests.support.codes import code_of
from wizard.models import Role

Open = Callable[..., Page]
SLOWEST = 15.0  # seconds until a filled-in form has arrived
LOOKS = [(360, "dark"), (1280, "light")]


def member_of_staff(site: Site, name: str) -> str:
    with site.app.app_context(), site.app.extensions["sessions"]() as session:
        user = make_user(name, Role.SUPPORT)
        session.add(user)
        session.commit()
        return user.email


def show_password(page: Page, site: Site, email: str) -> None:
    """Sign in as far as the page that asks for a code."""
    page.goto(f"{site.url}/logga-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Skriv koden")


def turn_on(page: Page, site: Site) -> str:
    """Turn codes on by hand, looking at every page; returns the secret."""
    page.goto(f"{site.url}/konto")
    page.get_by_role("link", name="Slå på kod").click()
    check(page)
    found = re.search(r"Nyckeln: ([A-Z2-7]{32})", page.inner_text("main"))
    assert found
    page.fill("#code", code_of(found[1], -1, good_for=SLOWEST))
    page.get_by_role("button", name="Slå på").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dina reservkoder")
    check(page)
    page.get_by_role("link", name="Jag har sparat dem").click()
    return found[1]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_codes_are_turned_on_and_let_in_without_script(
    site: Site, person: Open, width: int, scheme: str
) -> None:
    look = {"viewport": {"width": width, "height": 740}, "color_scheme": scheme}
    email = member_of_staff(site, f"Siri{width} Alm")
    page = person(**look, java_script_enabled=False)
    sign_in(page, site, email)
    looked = person(**look)  # axe needs script
    sign_in(looked, site, email)
    looked.goto(f"{site.url}/bekrafta")
    check(looked)
    page.goto(f"{site.url}/konto/tva-steg")
    found = re.search(r"Nyckeln: ([A-Z2-7]{32})", page.inner_text("main"))
    assert found
    page.fill("#code", code_of(found[1], -1, good_for=SLOWEST))
    page.get_by_role("button", name="Slå på").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dina reservkoder")

    again = person(**look, java_script_enabled=False)
    show_password(again, site, email)
    again.fill("#code", code_of(found[1], 0))
    again.get_by_role("main").get_by_role("button").first.click()
    again.goto(f"{site.url}/konto")
    expect(again.get_by_role("heading", level=1)).to_have_text("Mitt konto")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_passkey_is_made_and_lets_in(site: Site, person: Open, width: int, scheme: str) -> None:
    email = member_of_staff(site, f"Stella{width} Alm")
    page = person(viewport={"width": width, "height": 740}, color_scheme=scheme)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    sign_in(page, site, email)
    turn_on(page, site)
    page.goto(f"{site.url}/konto/passnyckel")
    check(page)
    page.fill("#name", "Nyckeln på knippan")
    page.get_by_role("button", name="Lägg till en passnyckel").click()
    expect(page.locator(".message")).to_contain_text("Passnyckeln är tillagd.")
    expect(page.locator("main")).to_contain_text("Nyckeln på knippan")
    check(page)
    page.context.clear_cookies()
    show_password(page, site, email)
    check(page)
    page.get_by_role("button", name="Använd en passnyckel").click()
    page.wait_for_url("**/support")
