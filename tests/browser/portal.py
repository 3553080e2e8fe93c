"""The accounting program itself, as somebody at the company who puts right what a page says is wrong."""

from playwright.sync_api import Page

from tests.browser.site import press


def open_program(page: Page, person: str, company: str) -> Page:
    """Follow a page's link to the program; sign in there if asked, and open the company."""
    return enter(press(page, "Öppna Visma i en ny flik"), person, company)


def enter(window: Page, person: str, company: str) -> Page:
    """Sign in to the program if asked, and open the company."""
    if window.get_by_role("heading", name="Logga in", exact=True).count():
        press(window, person)
    window.locator(".menu summary").click()
    press(window, "Välj företag")
    window.get_by_label(company).check()
    press(window, "Öppna")
    return window


def fill_in_number(window: Page, number: str) -> None:
    """Fill in the organisation number, where a page says that it is filled in."""
    press(window, "Inställningar")
    press(window, "Företagsuppgifter")
    window.get_by_label("Organisationsnummer").fill(number)
    press(window, "Spara")


def remove_default_company(window: Page) -> None:
    """Make the star of the default company empty, as the guide says."""
    window.locator(".menu summary").click()
    press(window, "Välj standardföretag")
    window.locator("input[name=stjarna]:checked").uncheck()
    press(window, "Spara")
