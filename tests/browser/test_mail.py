"""Mail in a real browser: sent from the card, handed over, the receipt; with script and without."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.site import Site, at_visma, axe, check, heading, press
from tests.browser.test_road import straight_to_visma
from tests.support.cast import PASSWORD, make_user
from tests.support.mail_server import html_of, secret_of, send_due
from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, HERS, invite
from wizard.models import Company, Firm, Role

Open = Callable[..., Page]
LOOKS = [(360, "dark", True), (1280, "light", False)]
_numbers = count()


def sender_at_card(site: Site, page: Page) -> None:
    """A member of a firm of her own, signed in, at the card of its company."""
    number = next(_numbers)
    firm_name = f"Mejlbyrån {number} AB"
    invite(site.app, HERS, HER_NUMBER, firm=firm_name)
    with site.app.extensions["sessions"]() as session:
        firm = session.scalars(select(Firm).where(Firm.name == firm_name)).one()
        user = make_user(f"Olga{number} Ek", Role.MEMBER, firm)
        session.add(user)
        session.commit()
        company = session.scalars(select(Company).where(Company.firm_id == firm.id)).one()
        path, email = f"/foretag/{company.public_id}/ladda-upp-data", user.email
    page.goto(f"{site.url}/logga-in")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").first.click()
    page.goto(site.url + path)


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_an_invitation_is_written_looked_at_and_sent(
    site: Site, person: Open, width: int, scheme: str, *, script: bool
) -> None:
    page = person(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=script
    )
    sender_at_card(site, page)
    press(page, "Skicka med mejl")
    look(page, script=script)
    to = f"anna{width}@example.com"
    page.get_by_label("Mejladress till den som ska godkänna").fill(to)
    press(page, "Se mejlet först")
    heading(page, "så här ser mejlet ut")
    look(page, script=script)
    press(page, "Skicka mejlet")
    expect(page.get_by_role("main")).to_contain_text(f"Mejlet till {to} är på väg")
    send_due(site.app)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Skickad")
    look(page, script=script)
    assert len(site.mail.to(to)) == 1


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_a_colleague_gets_the_mail_approves_and_is_mailed_the_receipt(
    site: Site, person: Open, visma: StandIn, width: int, scheme: str, *, script: bool
) -> None:
    options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    page = person(**options, java_script_enabled=script)
    page.goto(site.link())
    press(page, "Det är inte jag som ska göra det här")
    look(page, script=script)
    press(page, "Skicka mejlet")  # nothing filled in: what is wrong is said
    look(page, script=script)
    to = f"kollega{width}@example.com"
    page.get_by_label("Kollegans mejladress").fill(to)
    page.get_by_label("Ditt namn").fill("Anna Ek")
    press(page, "Skicka mejlet")
    expect(page.get_by_role("main")).to_contain_text(f"Mejlet till {to} är på väg")
    send_due(site.app)
    colleague = person(**options, java_script_enabled=script)
    straight_to_visma(colleague, site.url + secret_of(site.mail.to(to)[-1]))
    at_visma(colleague, "Elsa Ensam")
    heading(colleague, "klart")
    expect(colleague.get_by_role("main")).to_contain_text("Kvittot är på väg till k•••@example.com")
    look(colleague, script=script)
    send_due(site.app)
    elsewhere = person(**options, java_script_enabled=script)
    elsewhere.goto(site.url + secret_of(site.mail.to(to)[-1], "/kvitto/"))
    heading(elsewhere, "kvitto på kopplingen")
    assert "/kvitto/nr/" in elsewhere.url
    look(elsewhere, script=script)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_letter_fits_a_phone_and_has_enough_contrast(
    site: Site, person: Open, scheme: str
) -> None:
    page = person()
    page.goto(site.link())
    press(page, "Det är inte jag som ska göra det här")
    to = f"brev-{scheme}@example.com"
    page.get_by_label("Kollegans mejladress").fill(to)
    page.get_by_label("Ditt namn").fill("Anna Ek")
    press(page, "Skicka mejlet")
    send_due(site.app)
    reader = person(viewport={"width": 320, "height": 700}, color_scheme=scheme)
    reader.set_content(html_of(site.mail.to(to)[-1]))
    wide = reader.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    rules = ["color-contrast", "link-name", "document-title", "html-has-lang", "list"]
    check_rules(reader, rules)


def check_rules(page: Page, rules: list[str]) -> None:
    """A letter is no page of ours: only what a mail client leaves alone is asked of it."""
    options = {"runOnly": {"type": "rule", "values": rules}}
    found = axe.run(page, options=options).response["violations"]
    assert not found, found


def look(page: Page, *, script: bool) -> None:
    """Axe needs script; without it the width is looked at by the other look."""
    if script:
        check(page)
