"""What browser tests walk: the running site, new invitations to it, and the hands that walk."""

import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.support.mail_server import MailServer
from tests.support.standin import StandIn
from tests.support.traveller import (
    HER_NUMBER,
    HERS,
    address,
    invite,
)

_numbers = count()
axe = Axe()


@dataclass(frozen=True)
class Site:
    """The running wizard and stand-in."""

    url: str
    app: Flask
    visma: StandIn
    mail: MailServer
    log: Path

    def link(self, company: str = HERS, number: str = HER_NUMBER) -> str:
        """The address of a new invitation, of a firm of its own."""
        firm = f"Byrån {next(_numbers)} AB"
        return self.url + address(invite(self.app, company, number, firm=firm))


def check(page: Page) -> None:
    """No accessibility violation, nothing wider than the window, one heading."""
    results = axe.run(page)
    found = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in results.response["violations"]
    ]
    assert not found, f"{page.url}: {found}"
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url}: {wide} px wider than the window"


# What a press leads to: another window, another page in this one, or neither.
LEADS_TO = """pressed => {
  const form = pressed.type === "submit" ? pressed.form : null;
  const where = pressed.href ? pressed : form;
  return where && (where.target === "_blank" ? "window" : "page");
}"""


def press(page: Page, name: str) -> Page:
    """Press the button or link with these words; the window with what it led to, once loaded.

    A click alone returns before the next page is there, and what follows would look at the old one.
    """
    button = page.get_by_role("button", name=name, exact=True)
    link = page.get_by_role("link", name=name, exact=True)
    return follow(button.or_(link).first)


def follow(pressed: Locator) -> Page:
    """Press this; the window with what it led to, once loaded."""
    page = pressed.page
    leads_to = pressed.evaluate(LEADS_TO)
    if leads_to == "window":
        with page.context.expect_page() as opening:
            pressed.click()
        opening.value.wait_for_load_state()
        return opening.value
    if leads_to == "page":
        with page.expect_navigation():
            pressed.click()
    else:
        pressed.click()
    return page


def heading(page: Page, words: str) -> None:
    """Wait for the page with these words in its heading."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(words, re.IGNORECASE))


def at_visma(page: Page, person: str, company: str | None = None, answer: str = "Godkänn") -> None:
    """Sign in at the stand-in, choose the company where asked, and answer."""
    if page.get_by_role("heading", name="Logga in", exact=True).count():
        press(page, person)
    if page.get_by_role("heading", name="Välj företag", exact=True).count():
        if company:
            page.get_by_label(company).check()
        press(page, "Fortsätt")
    press(page, answer)
