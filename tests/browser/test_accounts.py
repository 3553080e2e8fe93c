"""Accounts in a real browser: an invitation, a forgotten password, and the pages of who looks after them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import Site, check
from tests.browser.test_staff_pages import UNBROKEN, sign_in
from tests.support.cast import make_firm, make_user
from tests.support.mail_server import send_due, text_of
from wizard.models import Company, KeyPurpose, LinkPurpose, Role
from wizard.services.accounts import account_links
from wizard.services.api import api_keys
from wizard.services.invitations import lifecycle

Open = Callable[..., Page]
LOOKS = [(360, "dark"), (1280, "light")]
NEW = "ovanliga fiskar cyklar baklänges"


def link_to(site: Site, email: str) -> str:
    send_due(site.app)
    text = text_of(site.mail.to(email)[-1])
    return text[text.index(f"{site.url}/losenord/") :].split()[0]


def choose(page: Page) -> None:
    page.fill("#password", NEW)
    page.fill("#again", NEW)
    page.get_by_role("button", name="Spara lösenordet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logga in")
    page.fill("#password", NEW)


def test_an_invited_person_chooses_signs_in_forgets_and_chooses_again_without_script(
    site: Site, person: Open
) -> None:
    email = "nina@example.com"
    with site.app.app_context(), site.app.extensions["sessions"]() as session:
        firm = make_firm("Ninas Byrå AB")
        admin = make_user("Anita Admin", Role.ADMIN)
        session.add_all([firm, admin])
        session.commit()
        firm_name, admin_email = firm.name, admin.email
    size = {"width": 360, "height": 740}
    page = person(viewport=size, java_script_enabled=False)
    sign_in(page, site, admin_email)
    page.goto(f"{site.url}/anvandare/bjud-in")
    page.fill("#email", email)
    page.fill("#name", "Nina Ny")
    page.fill("#firm", firm_name)
    page.get_by_role("button", name="Mejla inbjudan").click()
    expect(page.locator(".message")).to_contain_text("Nina Ny får en länk")

    hers = person(viewport=size, java_script_enabled=False)
    hers.goto(link_to(site, email))
    assert hers.url == f"{site.url}/losenord"
    choose(hers)
    hers.fill("#email", email)
    hers.get_by_role("main").get_by_role("button").first.click()
    expect(hers.get_by_role("heading", level=1)).to_have_text("Företag")

    lost = person(viewport=size, java_script_enabled=False)
    lost.goto(f"{site.url}/logga-in")
    lost.get_by_role("link", name="Glömt lösenordet?").click()
    lost.fill("#email", email)
    lost.get_by_role("button", name="Mejla en länk").click()
    expect(lost.get_by_role("heading", level=1)).to_have_text("Titta i din inkorg")
    lost.goto(link_to(site, email))
    choose(lost)
    hers.goto(f"{site.url}/foretag")  # signed out by it
    expect(hers.get_by_role("heading", level=1)).to_have_text("Logga in")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_of_accounts_fit_with_an_unbroken_name(
    site: Site, person: Open, width: int, scheme: str
) -> None:
    with site.app.app_context(), site.app.extensions["sessions"]() as session:
        firm = make_firm(f"{UNBROKEN} konton {width}")
        admin, member = (
            make_user(f"Alma{width} Admin", Role.ADMIN),
            make_user(f"Moa{width} {'Ek' * 30}", Role.MEMBER, firm),
        )
        company = Company(firm=firm, name=UNBROKEN, organisation_number="5591234561")
        session.add_all([firm, admin, member, company])
        session.commit()
        lifecycle.activate(session, company, "visma", member, KeyPurpose.COPIED)
        api_keys.create(session, firm, "Senseworks Analys", member)
        ended = account_links.make_link(session, member, LinkPurpose.INVITE)
        account_links.use(session, account_links.arrive(session, ended).id, NEW)  # type: ignore[union-attr]
        link = account_links.make_link(session, member, LinkPurpose.RESET)
        session.commit()
        admin_email, at = admin.email, f"/anvandare/{member.public_id}"
    page = person(viewport={"width": width, "height": 900}, color_scheme=scheme)
    sign_in(page, site, admin_email)
    for path in ("/anvandare", "/anvandare/bjud-in", at, f"{at}/inaktivera"):
        page.goto(site.url + path)
        check(page)
    page = person(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in (
        "/glomt-losenord",
        "/glomt-losenord?skickat=ja",
        f"/losenord/{ended}",
        f"/losenord/{link}",
    ):
        page.goto(site.url + path)
        check(page)
