"""Signing in on the narrowest phone: what goes wrong is told, without script too, on pages without a fault to axe."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.site import Site, check
from tests.browser.test_accounts import NEW
from tests.browser.test_second_factor import SLOWEST, member_of_staff, show_password, turn_on
from tests.browser.test_staff_pages import sign_in
from tests.support.cast import PASSWORD, make_firm, make_user
from tests.support.codes import code_of
from wizard.models import LinkPurpose, Role, User
from wizard.services.accounts import account_links

Open = Callable[..., Page]
PHONE = {"viewport": {"width": 360, "height": 740}}
SCRIPT = pytest.mark.parametrize("script", [False, True], ids=["without script", "with script"])
SUMMARY = "Något behöver din uppmärksamhet"


def send(page: Page) -> None:
    """Press the first button of the page's own."""
    page.get_by_role("main").get_by_role("button").first.click()


def is_told(page: Page, heading: str, *words: str, script: bool) -> None:
    """The page says so in its title, in its summary and at the field; nothing is wrong with it."""
    expect(page).to_have_title(f"Fel: {heading} – Kopplingsguiden")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    summary = page.locator(".errors")
    for said in words:
        expect(summary).to_contain_text(said)
    if script:
        check(page)


@SCRIPT
def test_sign_in_tells_what_is_wrong_and_lets_in(site: Site, person: Open, *, script: bool) -> None:
    email = member_of_staff(site, f"Sanna{script} Alm")
    page = person(**PHONE, java_script_enabled=script)
    page.goto(f"{site.url}/logga-in?next=/konto")
    expect(page).to_have_title("Logga in – Kopplingsguiden")
    if script:
        check(page)
    send(page)
    is_told(page, "Logga in", "Skriv din mejladress.", "Skriv ditt lösenord.", script=script)
    page.get_by_role("link", name="Skriv din mejladress.").click()
    expect(page.locator("#email")).to_be_focused()
    page.fill("#email", email.upper())
    page.fill("#password", "fel lösenord")
    send(page)
    wrong = "Mejladressen eller lösenordet stämmer inte."
    is_told(page, "Logga in", wrong, script=script)
    expect(page.locator("#email")).to_have_value(email.upper())
    expect(page.locator("#password")).to_have_value("")
    page.fill("#password", PASSWORD)
    send(page)
    page.wait_for_url("**/konto")
    expect(page).to_have_title("Mitt konto – Kopplingsguiden")


def test_sign_in_says_when_to_come_back(site: Site, person: Open) -> None:
    page, email = person(**PHONE), member_of_staff(site, "Sofi Alm")
    page.goto(f"{site.url}/logga-in")
    for _ in range(11):
        page.fill("#email", email)
        page.fill("#password", "fel lösenord")
        send(page)
        expect(page.locator(".errors")).to_be_visible()
    is_told(page, "Logga in", "Vänta en stund och försök igen.", script=True)


@SCRIPT
def test_a_code_is_told_to_be_wrong_and_a_recovery_code_lets_in(
    site: Site, person: Open, *, script: bool
) -> None:
    email = member_of_staff(site, f"Sara{script} Alm")
    own = person(**PHONE, java_script_enabled=script)
    sign_in(own, site, email)
    own.goto(f"{site.url}/konto/tva-steg")
    found = re.search(r"Nyckeln: ([A-Z2-7]{32})", own.inner_text("main"))
    assert found
    own.fill("#code", "000000")
    own.locator("form:has(#code) button").click()
    title = own.get_by_role("heading", level=1).inner_text()
    is_told(own, title, "Det är inte koden som appen visar nu.", script=script)
    own.fill("#code", code_of(found[1], -1, good_for=SLOWEST))
    own.locator("form:has(#code) button").click()
    expect(own.get_by_role("heading", level=1)).to_have_text("Dina reservkoder")
    recovery = re.findall(r"[a-z2-7]{4}(?:-[a-z2-7]{4}){5}", own.inner_text("main"))[0]

    page = person(**PHONE, java_script_enabled=script)
    show_password(page, site, email)
    expect(page).to_have_title("Skriv koden – Kopplingsguiden")
    send(page)
    is_told(page, "Skriv koden", "Skriv koden.", script=script)
    page.fill("#code", "inget som finns")
    send(page)
    is_told(page, "Skriv koden", "Koden fungerar inte.", script=script)
    page.fill("#code", recovery)
    send(page)
    page.wait_for_url("**/support")
    page.goto(f"{site.url}/konto")
    expect(page.locator("main")).to_contain_text("9 reservkoder finns kvar.")


def with_a_passkey(page: Page, site: Site, email: str) -> tuple[CDPSession, dict[str, str], str]:
    """Make a passkey, after codes, on a device that asks its owner for a PIN; devices, it, the codes' secret."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    sign_in(page, site, email)
    secret = turn_on(page, site)
    page.goto(f"{site.url}/konto/passnyckel")
    page.fill("#name", "Mobilen")
    page.get_by_role("button", name="Lägg till en passnyckel").click()
    expect(page.locator(".message")).to_contain_text("Passnyckeln är tillagd.")
    return devices, device, secret


def test_a_passkey_alone_signs_in_unless_its_device_does_not_know_its_owner(
    site: Site, person: Open
) -> None:
    email, page = member_of_staff(site, "Saga Alm"), person(**PHONE)
    devices, device, _ = with_a_passkey(page, site, email)
    page.context.clear_cookies()
    devices.send("WebAuthn.setUserVerified", {**device, "isUserVerified": False})
    page.goto(f"{site.url}/logga-in?next=/konto")
    page.get_by_role("button", name="Logga in med en passnyckel").click()
    expect(page.get_by_role("status")).to_contain_text("Passnyckeln fungerade inte.")
    check(page)
    devices.send("WebAuthn.setUserVerified", {**device, "isUserVerified": True})
    page.get_by_role("button", name="Logga in med en passnyckel").click()
    page.wait_for_url("**/konto")
    expect(page.get_by_role("heading", level=1)).to_have_text("Mitt konto")


def test_a_passkey_that_is_not_there_is_told_of_and_the_code_lets_in(
    site: Site, person: Open
) -> None:
    email, page = member_of_staff(site, "Svea Alm"), person(**PHONE)
    devices, device, secret = with_a_passkey(page, site, email)
    devices.send("WebAuthn.clearCredentials", device)
    page.context.clear_cookies()
    show_password(page, site, email)
    page.get_by_role("button", name="Använd en passnyckel").click()
    expect(page.get_by_role("status")).to_contain_text("Passnyckeln fungerade inte.")
    check(page)
    page.fill("#code", code_of(secret))
    send(page)
    page.wait_for_url("**/support")


def owner_of_links(site: Site, name: str) -> tuple[str, dict[LinkPurpose, str]]:
    """Somebody without a password, and the paths of an invitation and of a link to another password."""
    with site.app.app_context(), site.app.extensions["sessions"]() as session:
        user: User = make_user(name, Role.MEMBER, make_firm(f"{name}s Byrå AB"))
        session.add(user)
        session.flush()
        links = {
            purpose: f"/losenord/{account_links.make_link(session, user, purpose)}"
            for purpose in LinkPurpose
        }
        session.commit()
        return user.email, links


@SCRIPT
@pytest.mark.parametrize("purpose", LinkPurpose, ids=lambda purpose: purpose.value)
def test_a_password_is_told_to_be_weak_and_a_link_to_have_been_used(
    site: Site, person: Open, purpose: LinkPurpose, *, script: bool
) -> None:
    email, links = owner_of_links(site, f"Stina{purpose.value}{script} Alm")
    page = person(**PHONE, java_script_enabled=script)
    page.goto(site.url + links[purpose])
    title = "Välj ett lösenord" if purpose is LinkPurpose.INVITE else "Välj ett nytt lösenord"
    expect(page).to_have_title(f"{title} – Kopplingsguiden")
    for first, second, said in (
        ("", "", "Skriv ett lösenord."),
        ("kort", "kort", "12 till 200 tecken"),
        (NEW, f"{NEW}.", "Lösenorden är inte likadana."),
        ("sommar2026 sommar", "sommar2026 sommar", "gissas först"),
    ):
        page.fill("#password", first)
        page.fill("#again", second)
        send(page)
        is_told(page, title, said, script=script)
    page.fill("#password", NEW)
    page.fill("#again", NEW)
    send(page)
    expect(page).to_have_title("Logga in – Kopplingsguiden")
    expect(page.locator(".message")).to_contain_text("Lösenordet är valt.")
    page.goto(site.url + links[purpose])
    expect(page.get_by_role("heading", level=1)).to_contain_text("Länken")
    expect(page).to_have_title(re.compile("^Länken.* – Kopplingsguiden$"))
    if script:
        check(page)
    page.goto(f"{site.url}/logga-in")
    page.fill("#email", email)
    page.fill("#password", NEW)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Företag")


@SCRIPT
def test_forgotten_tells_what_is_no_address_and_not_who_has_an_account(
    site: Site, person: Open, *, script: bool
) -> None:
    page = person(**PHONE, java_script_enabled=script)
    page.goto(f"{site.url}/glomt-losenord")
    title = page.get_by_role("heading", level=1).inner_text()
    expect(page).to_have_title(f"{title} – Kopplingsguiden")
    send(page)
    is_told(page, title, "Skriv din mejladress.", script=script)
    page.fill("#email", "inget")
    send(page)
    expect(page).to_have_title(f"Fel: {title} – Kopplingsguiden")
    if script:
        check(page)
    page.fill("#email", "nobody@example.com")
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Titta i din inkorg")
    expect(page).to_have_title("Titta i din inkorg – Kopplingsguiden")
