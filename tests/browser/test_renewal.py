"""A connection renewed and ended in a real browser: by the firm's member, and by who approved it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.site import Site, at_visma, check, heading, press
from tests.browser.test_mail import sender_at_card
from tests.browser.test_road import press_in_the_same_window, straight_to_visma
from tests.support.mail_server import secret_of, send_due, text_of
from tests.support.standin import StandIn

Open = Callable[..., Page]
PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


def connect(site: Site, member: Page, person: Open) -> None:
    """The member shows a link, and Elsa approves by it."""
    press(member, "Visa en länk att kopiera")
    approver = person()
    straight_to_visma(approver, member.get_by_label("Länk", exact=True).input_value())
    at_visma(approver, "Elsa Ensam")
    heading(approver, "klart")


def test_a_member_renews_ahead_and_then_ends_it(site: Site, person: Open, visma: StandIn) -> None:
    member = person()
    sender_at_card(site, member)
    card = member.url
    connect(site, member, person)
    member.goto(card)
    check(member)
    member.get_by_text("Förnya i förväg").click()
    press(member, "Förnya")
    check(member)
    approver = person(**PHONE)
    approver.goto(member.get_by_label("Länk", exact=True).input_value())
    heading(approver, "vill du förnya")
    check(approver)
    press(approver, "Börja")
    check(approver)
    press_in_the_same_window(approver)
    at_visma(approver, "Elsa Ensam")
    heading(approver, "kopplingen är förnyad")
    check(approver)
    member.goto(card)
    press(member, "Koppla från …")
    heading(member, "vill du koppla från")
    check(member)
    press(member, "Koppla från")
    heading(member, "är frånkopplat")
    expect(member.get_by_role("main")).to_contain_text("Visma bekräftade")
    check(member)


def test_the_approver_ends_it_with_her_receipt_and_a_code(
    site: Site, person: Open, visma: StandIn
) -> None:
    to = "elsa.receipt@example.com"
    page = person(**PHONE)
    straight_to_visma(page, site.link())
    at_visma(page, "Elsa Ensam")
    heading(page, "klart")
    page.get_by_label("Vart ska vi mejla kvittot?").fill(to)
    press(page, "Mejla kvittot")
    send_due(site.app)
    elsewhere = person(**PHONE)
    elsewhere.goto(site.url + secret_of(site.mail.to(to)[-1], "/kvitto/"))
    check(elsewhere)
    press(elsewhere, "Koppla från …")
    check(elsewhere)
    press(elsewhere, "Mejla mig en engångskod")
    send_due(site.app)
    check(elsewhere)
    press(elsewhere, "Koppla från")  # nothing written: what is wrong is said
    check(elsewhere)
    lines = text_of(site.mail.to(to)[-1]).splitlines()
    code = next(line.strip() for line in lines if line.startswith("  "))
    elsewhere.get_by_label("Engångskoden från mejlet").fill(code)
    press(elsewhere, "Koppla från")
    heading(elsewhere, "avslutad")
    expect(elsewhere.get_by_role("main")).to_contain_text("Visma bekräftade")
    check(elsewhere)
    assert visma.grants() == []
