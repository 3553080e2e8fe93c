"""The pages in a real browser: across host names, by mouse, without scripts, and accessible."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.sandbox.client import Client
from tests.support.standin import StandIn

pytestmark = pytest.mark.browser
SIZES = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
PORTAL = ("", "bokforing", "installningar", "installningar/behorigheter", "valj-foretag")
MORE = ("valj-standardforetag", "min-profil", "ovning/", "finns-inte")


def demand_readable(page: Page) -> None:
    """Assert no violations by axe, and no horizontal scrolling."""
    found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    assert (page.url, found) == (page.url, [])
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), page.url


@pytest.mark.parametrize("javascript", [True, False])
def test_consent_leads_from_127_0_0_1_to_localhost(
    chromium: Browser, standin: StandIn, javascript: bool
) -> None:
    context = chromium.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.route("http://localhost:5000/**", lambda route: route.fulfill(body="tillbaka"))
    page.goto(Client(standin).authorize_url())
    page.get_by_role("button", name="Stina Standardföretag").click()
    page.get_by_label("Norrtälje Bokbinderi AB").check()
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Godkänn").click()
    page.wait_for_url("http://localhost:5000/visma/callback?code=**")
    context.close()


def test_a_mouse_removes_the_star(chromium: Browser, standin: StandIn) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(standin.url)
    page.get_by_role("button", name="Otto Överhoppad").click()
    page.get_by_text("Otto Överhoppad", exact=True).click()
    page.get_by_role("link", name="Välj standardföretag").click()
    page.get_by_label("Gamla Bolaget AB").uncheck()
    page.get_by_role("button", name="Spara").click()
    page.get_by_text("Sparat. Du har inget standardföretag.").wait_for()
    assert not page.get_by_label("Gamla Bolaget AB").is_checked()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_every_page_can_be_read_by_everyone(
    chromium: Browser, standin: StandIn, width: int, scheme: str
) -> None:
    standin.mint("Stina Standardföretag", "Annat Bolag AB")
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(Client(standin).authorize_url())
    demand_readable(page)
    page.get_by_role("button", name="Stina Standardföretag").click()
    demand_readable(page)
    page.get_by_role("button", name="Fortsätt").click()
    demand_readable(page)
    for path in PORTAL + MORE:
        page.goto(f"{standin.url}/{path}")
        demand_readable(page)
    page.goto(f"{standin.url}/")
    page.locator("summary").click()
    demand_readable(page)
    context.close()
