"""The receipt in a real browser: where it was approved, elsewhere, on paper, as a file, and ended by a code."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.site import Site, at_visma, check, heading, press
from tests.browser.test_road import straight_to_visma
from tests.support.mail_server import send_due, text_of
from tests.support.standin import StandIn
from tests.support.traveller import HERS

Open = Callable[..., Page]
LOOKS = [(360, "dark", True), (1280, "light", False)]
HER_MAIL = "elsa.kvitto{}@example.com"
# A heading that stands on paper with nothing under it.
LONELY = """() => {
  const shown = one => one.checkVisibility() && one.getBoundingClientRect().height > 0;
  const all = [...document.querySelectorAll("main :is(h1, h2, h3, p, li, dt, summary)")].filter(shown);
  const level = one => one.matches("h1, h2, h3") ? +one.tagName[1] : one.matches("summary") ? 7 : 9;
  return all.filter((one, i) => level(one) < 9 && !(all[i + 1] && level(all[i + 1]) > level(one)))
    .map(one => one.textContent);
}"""


def approve(site: Site, page: Page) -> str:
    """Elsa approves by a copied link; returns it."""
    link = site.link()
    straight_to_visma(page, link)
    at_visma(page, "Elsa Ensam")
    heading(page, "klart")
    return link


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_a_copied_link_asks_and_the_finished_one_shows_it_here_and_mails_it_elsewhere(
    site: Site, person: Open, visma: StandIn, width: int, scheme: str, *, script: bool
) -> None:
    options = {"viewport": {"width": width, "height": 640}, "color_scheme": scheme}
    page = person(**options, java_script_enabled=script)
    link = approve(site, page)
    asked = page.get_by_label("Vart ska vi mejla kvittot?")
    expect(asked).to_have_value("elsa.ensam@example.com")
    box = page.get_by_role("button", name="Mejla kvittot", exact=True).bounding_box()
    assert box
    assert box["y"] + box["height"] <= 640  # seen without scrolling
    look(page, script=script)
    to = HER_MAIL.format(width)
    asked.fill(to)
    press(page, "Mejla kvittot")
    heading(page, "kvitto på kopplingen")
    expect(page.get_by_role("main")).to_contain_text(f"Mejlet till {to} är på väg")
    look(page, script=script)
    send_due(site.app)
    page.goto(link)
    heading(page, "företaget är anslutet")
    look(page, script=script)
    press(page, "Visa kvittot")
    expect(page.get_by_role("main")).to_contain_text("Kvittot mejlades till e•••@example.com")
    other = person(**options, java_script_enabled=script)
    other.goto(link)
    heading(other, "företaget är anslutet")
    expect(other.get_by_role("link", name="Visa kvittot")).to_have_count(0)
    press(other, "Mejla kvittot")
    expect(other.get_by_role("main")).to_contain_text("Känner vi till en adress")
    assert to not in other.content()
    look(other, script=script)
    send_due(site.app)
    assert len(site.mail.to(to)) == 2


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_she_ends_it_where_she_approved_with_the_code_from_her_mail(
    site: Site, person: Open, visma: StandIn, width: int, scheme: str, *, script: bool
) -> None:
    options = {"viewport": {"width": width, "height": 640}, "color_scheme": scheme}
    page = person(**options, java_script_enabled=script)
    link = approve(site, page)
    page.goto(link)
    press(page, "Visa kvittot")
    press(page, "Koppla från …")
    look(page, script=script)
    press(page, "Mejla mig en engångskod")
    look(page, script=script)
    send_due(site.app)
    lines = text_of(site.mail.to("elsa.ensam@example.com")[-1]).splitlines()
    code = next(line.strip() for line in lines if line.startswith("  "))
    page.get_by_label("Engångskoden från mejlet").fill(code)
    press(page, "Koppla från")
    heading(page, "kopplingen är avslutad")
    assert visma.grants() == []
    press(page, "Till kvittot")
    expect(page.get_by_role("main")).to_contain_text("Frånkopplad")
    look(page, script=script)


def test_it_is_kept_as_a_file_and_on_paper_without_a_heading_that_stands_alone(
    site: Site, person: Open, visma: StandIn, tmp_path: Path
) -> None:
    page = person(viewport={"width": 360, "height": 640})
    link = approve(site, page)
    for _ in range(2):  # the page that says it is done, and the receipt
        with page.expect_download() as loading:
            page.get_by_role("link", name="Spara som pdf").click()
        loading.value.save_as(tmp_path / "receipt.pdf")
        pdf = PdfReader(BytesIO((tmp_path / "receipt.pdf").read_bytes()))
        assert HERS in pdf.pages[0].extract_text()
        page.emulate_media(media="print")
        assert page.evaluate(LONELY) == []
        for gone in ("Mejla kvittot", "Spara som pdf", "Skriv ut"):
            assert not page.get_by_text(gone, exact=True).first.is_visible()
        expect(page.get_by_text("När du godkänner")).to_be_visible()
        printed = PdfReader(BytesIO(page.pdf(format="A4"))).pages[0].extract_text()
        assert HERS in printed  # and not on a page of its own
        page.emulate_media(media="screen")
        page.goto(link)
        press(page, "Visa kvittot")


def look(page: Page, *, script: bool) -> None:
    """Axe needs script; without it the width is looked at by the other look."""
    if script:
        check(page)
