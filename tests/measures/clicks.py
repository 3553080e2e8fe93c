"""Presses from the link to the receipt, ours and the provider's: `python -m tests.measures clicks`."""

import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.portal import remove_default_company
from tests.browser.site import Site, at_visma, press
from tests.conftest import migrate
from tests.measures.action_in_sight import site_of
from tests.support.chromium import FLAGS
from tests.support.postgres import TestServer
from tests.support.traveller import HERS
from wizard import config
from wizard.demo.catalogues import compile_changed

PATIENCE_MS = 120_000
PRESSED = "addEventListener('pointerdown', () => pressed(location.origin), true)"
EXPRESS = "Jag har rätt behörighet – hoppa till sista steget"
SAME_WINDOW = "Öppna i samma fönster"


@dataclass
class Count:
    """Every press in a browser: on our pages, and on the provider's."""

    ours: int = 0
    theirs: int = 0
    site: str = field(default="", repr=False)

    @classmethod
    def of(cls, context: BrowserContext, site: Site) -> "Count":
        """Count the presses in all windows of a browser that has none open yet."""
        count = cls(site=site.url)
        context.expose_binding("pressed", lambda _, origin: count.add(origin))
        context.add_init_script(PRESSED)
        return count

    def add(self, origin: str) -> None:
        """One more press on a page of this origin."""
        if origin == self.site:
            self.ours += 1
        else:
            self.theirs += 1


def step_by_step(site: Site, page: Page) -> None:
    """Everything is read, every question answered."""
    page.goto(site.link())
    press(page, "Börja")
    for step in ("behorighet", "bokforing"):
        page.wait_for_url(re.compile(f"/{step}$"))
        page.get_by_role("radio").first.check()
        press(page, "Fortsätt")
    page.wait_for_url(re.compile("/foretag$"))
    press(page, "Fortsätt")
    press(page, SAME_WINDOW)
    at_visma(page, "Stina Standardföretag", HERS)


def straight(site: Site, page: Page) -> None:
    """By somebody who knows what is needed."""
    _depart(site, page)
    at_visma(page, "Stina Standardföretag", HERS)


def wrong_company(site: Site, page: Page) -> None:
    """Another company is chosen first."""
    _depart(site, page)
    at_visma(page, "Stina Standardföretag")
    page.wait_for_url("**/orsak")
    press(page, "Välj företag igen")
    at_visma(page, "Stina Standardföretag", HERS)


def default_company(site: Site, page: Page) -> None:
    """The provider opens another company without asking, until that is put right in the program."""
    _depart(site, page)
    at_visma(page, "Otto Överhoppad")
    page.wait_for_url("**/orsak")
    press(page, "Jag fick inte välja företag")
    remove_default_company(press(page, "Öppna Visma i en ny flik"))  # where he is signed in already
    press(page, "Klart – försök igen")
    at_visma(page, "Otto Överhoppad", HERS)


ROADS: dict[str, Callable[[Site, Page], None]] = {
    "step by step": step_by_step,
    "straight": straight,
    "wrong company": wrong_company,
    "default company": default_company,
}


def count(site: Site, context: BrowserContext, road: Callable[[Site, Page], None]) -> Count:
    """Walk a road to its receipt in a new browser; the presses it took."""
    counted = Count.of(context, site)
    page = context.new_page()
    road(site, page)
    page.wait_for_url("**/klart")
    return counted


def _depart(site: Site, page: Page) -> None:
    page.goto(site.link())
    press(page, EXPRESS)
    press(page, SAME_WINDOW)


def main() -> None:
    """Print the presses of each road."""
    compile_changed(config.ROOT / "translations")
    write = sys.stdout.write
    write(f"{'road':18}{'ours':>6}{'theirs':>8}\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        TestServer.open(migrate) as server,
        site_of(server, Path(folder) / "log") as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, road in ROADS.items():
            context = browser.new_context(locale="sv-SE")
            context.set_default_timeout(PATIENCE_MS)
            counted = count(site, context, road)
            write(f"{name:18}{counted.ours:>6}{counted.theirs:>8}\n")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
