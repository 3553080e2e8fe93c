"""A consultant with twelve companies in a real browser: one link, one sign-in at Visma, no script."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.site import Site, at_visma, check, heading, press
from tests.browser.test_road import press_in_the_same_window
from tests.support.cast import make_firm
from tests.support.mail_server import secret_of, send_due
from tests.support.several import ask_about
from tests.support.standin import StandIn
from wizard.models import Connection, Firm
from wizard.services.outbox import Addressee, Language

Open = Callable[..., Page]
KLARA = "Klara Konsult"
WRONG = ("Alltid Fel AB", "5560360793")  # Klara has no such company: she can only choose another
NO_BOOKKEEPING = ("Bara Fakturering AB", "5599001285")
RIGHT = [
    ("Annat Bolag AB", "5599001210"),
    ("Bara Läsa AB", "5599001707"),
    ("Gamla Bolaget AB", "5599001145"),
    ("Inga Dokument AB", "5599002549"),
    ("Inga Verifikat AB", "5599002614"),
    ("Nej Tack AB", "5599002754"),
    ("Norrtälje Bokbinderi AB", "5599001079"),
    ("Påhittade Bageriet AB", "5599003034"),
    ("Stora Bolaget AB", "5599002820"),
    ("Uppdiktade Rör & Värme AB", "5599003109"),
]
TWELVE = [WRONG, *RIGHT, NO_BOOKKEEPING]
LOOKS: list[tuple[int, str, Language]] = [(320, "dark", "sv"), (1280, "light", "en")]
_numbers = count()


def mailed(site: Site, language: Language = "sv") -> tuple[Firm, str]:
    """A firm of its own that asks about the twelve in one action, and the link in its one mail."""
    place = next(_numbers)
    email = f"klara{place}@konsult.example"
    with site.app.extensions["sessions"]() as session:
        firm = make_firm(f"Konsultbyrån {place} AB")
        session.add(firm)
        session.commit()
        ask_about(session, firm, TWELVE, to=Addressee(email, language, KLARA))
    send_due(site.app)
    (letter,) = site.mail.to(email)
    return firm, site.url + secret_of(letter)


def connected(site: Site, firm: Firm) -> int:
    with site.app.extensions["sessions"]() as session:
        return len(session.scalars(select(Connection).where(Connection.firm_id == firm.id)).all())


def walk(page: Page, company: str) -> None:
    """From a company's first page to Visma and back, by the shortest way."""
    press(page, "Jag har rätt behörighet – hoppa till sista steget")
    press_in_the_same_window(page)
    at_visma(page, KLARA, company)


def test_twelve_companies_one_wrong_and_one_without_bookkeeping_without_script(
    site: Site, person: Open, visma: StandIn
) -> None:
    firm, link = mailed(site)
    page = person(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(link)
    heading(page, "dina företag")
    expect(page.get_by_role("main")).to_contain_text("kopplingar för 12 företag")
    press(page, f"Börja med {WRONG[0]}")
    walk(page, "Annat Bolag AB")
    heading(page, "ett annat företag valdes")
    for at, one in enumerate([RIGHT[0], NO_BOOKKEEPING, *RIGHT[1:]]):
        name = one[0]
        press(page, f"Fortsätt med nästa: {name}")
        expect(page.get_by_role("main")).to_contain_text(name)  # named before
        walk(page, name)
        heading(page, "bara fakturering" if one is NO_BOOKKEEPING else "klart")
        if at == 5:  # tomorrow, by the same link
            page.goto(link)
            heading(page, "dina företag")
            expect(page.get_by_role("main")).to_contain_text("5 av 12 är klara")
    assert visma.counters()["logged_in"] == 1
    assert connected(site, firm) == 10
    page.goto(link)
    for said in ("10 av 12 är klara", "Ett annat företag valdes i Visma", "bara fakturering"):
        expect(page.get_by_role("main")).to_contain_text(said)


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_the_list_and_the_way_on_are_accessible_in_both_languages(
    site: Site, person: Open, visma: StandIn, width: int, scheme: str, language: Language
) -> None:
    _, link = mailed(site, language)
    page = person(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(link)
    check(page)
    page.get_by_role("main").get_by_role("link", name=RIGHT[0][0], exact=True).click()
    check(page)
    if language == "en":
        return
    walk(page, NO_BOOKKEEPING[0])
    heading(page, "ett annat företag valdes")
    check(page)
    press(page, f"Fortsätt med nästa: {WRONG[0]}")
    page.goto(link)
    press(page, f"Fortsätt med nästa: {WRONG[0]}")
    page.goto(link)
    page.get_by_role("main").get_by_role("link", name=RIGHT[5][0], exact=True).click()
    walk(page, RIGHT[5][0])
    heading(page, "klart")
    check(page)
    press(page, "Dina företag")
    check(page)
