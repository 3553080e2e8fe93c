"""What an approver may know, in a real browser: what was read, a question about it, and all that she approved."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from tests.browser.site import Site, at_visma, check, follow, heading, press
from tests.browser.test_road import straight_to_visma
from tests.support.cast import make_user
from tests.support.mail_server import secret_of, send_due
from tests.support.standin import StandIn
from wizard.models import Connection, EventKind, RateCount, Role
from wizard.services.history import record

Open = Callable[..., Page]
LOOKS = [(360, "dark", False), (360, "light", True), (1280, "dark", True)]
HERS = "elsa.ensam@example.com"
WORDS = {
    "sv": {
        "read": "Vad som har lästs",
        "ask": "Be om att få veta mer",
        "sent": "Din fråga är på väg",
        "mine": "Mina medgivanden",
        "address": "Din mejladress",
        "mail": "Mejla en länk",
        "inbox": "på väg dit",
        "receipt": "Kvittot",
        "end": "Koppla från",
        "by": "av Olga",
    },
    "en": {
        "read": "What has been read",
        "ask": "Ask to know more",
        "sent": "Your question is on its way",
        "mine": "My consents",
        "address": "Your email address",
        "mail": "Mail me a link",
        "inbox": "on its way there",
        "receipt": "The receipt",
        "end": "Disconnect",
        "by": "by Olga",
    },
}


def look(page: Page, *, script: bool) -> None:
    """Axe needs script; without it the width is looked at by the other look."""
    if script:
        check(page)


def opened(site: Site, number: int) -> None:
    """Somebody at the firm opens documents of what was connected last."""
    with site.app.extensions["sessions"]() as session:
        newest = select(Connection).order_by(Connection.id.desc()).limit(1)
        connection = session.scalars(newest).one()
        session.execute(delete(RateCount))  # each look asks for a letter to the same address
        member = make_user(f"Olga{connection.id} Öppnar", Role.MEMBER, connection.firm)
        session.add(member)
        session.flush()
        for line in range(number):
            label = f"A{line + 1} (5 januari 2025)"
            kind = EventKind.DOCUMENT_OPENED
            record(session, kind, connection=connection, staff=member, note=label)
        session.commit()


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_she_sees_what_was_read_asks_and_finds_all_that_she_approved(
    site: Site,
    person: Open,
    visma: StandIn,
    width: int,
    scheme: str,
    language: str,
    *,
    script: bool,
) -> None:
    words = WORDS[language]
    options = {
        "viewport": {"width": width, "height": 640},
        "color_scheme": scheme,
        "java_script_enabled": script,
    }
    page = person(**options)
    straight_to_visma(page, site.link())
    at_visma(page, "Elsa Ensam")
    heading(page, "klart")
    if language == "en":
        press(page, "English")
    press(page, words["read"])
    expect(page.get_by_role("heading", level=1)).to_have_text(words["read"])
    look(page, script=script)
    opened(site, 25)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text(words["by"])
    look(page, script=script)
    page.get_by_role("textbox").fill("Varför öppnades A12?")
    press(page, words["ask"])
    expect(page.get_by_role("status").first).to_contain_text(words["sent"])
    look(page, script=script)
    elsewhere = person(**options)  # the letter's language is that of the page that asked for it
    all_of_hers(site, page, elsewhere, words, script=script)


def all_of_hers(
    site: Site, page: Page, elsewhere: Page, words: dict[str, str], *, script: bool
) -> None:
    """She asks for the link, opens it elsewhere, and is led to each receipt and its end."""
    press(page, words["mine"])
    look(page, script=script)
    page.get_by_label(words["address"]).fill(HERS)
    press(page, words["mail"])
    expect(page.get_by_role("main")).to_contain_text(words["inbox"])
    look(page, script=script)
    send_due(site.app)
    elsewhere.goto(site.url + secret_of(site.mail.to(HERS)[-1], "/medgivanden/"))
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text(words["mine"])
    assert "/medgivanden/" not in elsewhere.url
    look(elsewhere, script=script)
    follow(elsewhere.get_by_role("link", name=words["receipt"]).first)
    look(elsewhere, script=script)
    elsewhere.go_back()
    follow(elsewhere.get_by_role("link", name=words["end"]).first)
    expect(elsewhere.get_by_role("main")).to_contain_text("e•••@example.com")
    look(elsewhere, script=script)
