"""An auditor at her desk: finds a voucher, looks at its documents, and steps on by the keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.site import Site, check, heading, press
from tests.support.books import HOSTILE, BookReader
from tests.support.cast import PASSWORD
from tests.support.standin import StandIn

Open = Callable[..., Page]
VIEWER = "chrome-extension://"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 800}


@pytest.fixture
def reader(site: Site, visma: StandIn) -> BookReader:
    return BookReader.connect(site.app, visma)


def sit_down(page: Page, site: Site, reader: BookReader) -> Page:
    """Sign in, and open the company."""
    page.goto(f"{site.url}/logga-in")
    page.fill("[name=email]", reader.owner.email)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/foretag**")
    page.goto(f"{site.url}/foretag/{reader.company_id}")
    return page


def shown_as_pdf(page: Page, open_it: Callable[[], None]) -> None:
    """The browser's own viewer has taken the document, within our frame and its policy."""
    with page.expect_event("framenavigated", lambda frame: frame.url.startswith(VIEWER)):
        open_it()


def test_a_voucher_is_found_and_its_documents_shown_beside_it(
    site: Site, reader: BookReader, person: Open
) -> None:
    page = sit_down(person(viewport=DESK), site, reader)
    press(page, "Verifikat")
    heading(page, "Verifikat")
    check(page)
    page.get_by_label("Nummer eller ord").fill("a 6")
    page.keyboard.press("Enter")
    heading(page, "Verifikat A6")
    check(page)
    documents, frame = page.locator("a.document"), page.frame_locator("iframe[name=document]")
    shown_as_pdf(page, documents.nth(0).click)
    expect(documents.nth(0)).to_have_attribute("aria-current", "true")
    for place in (1, 2):
        documents.nth(place).click()
        picture = frame.get_by_role("img", name=documents.nth(place).inner_text().strip())
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("picture => picture.naturalWidth") > 100
        assert picture.evaluate("picture => picture.getBoundingClientRect().right <= innerWidth")
    documents.nth(3).click()
    expect(frame.get_by_role("img")).to_have_count(2)  # the pages of a tiff
    assert frame.get_by_role("img").first.evaluate("picture => picture.naturalWidth") > 100
    assert [label for label, _ in reader.openings()] == ["A6 (2026-01-20)"] * 4
    page.go_back()  # from the voucher, not through the documents, which would open them anew
    heading(page, "Verifikat$")
    assert len(reader.openings()) == 4


def test_the_keys_step_from_voucher_to_voucher_and_open(
    site: Site, reader: BookReader, person: Open
) -> None:
    page = sit_down(person(viewport=DESK), site, reader)
    page.goto(site.url + reader.address("A-2"))
    page.keyboard.press("ArrowRight")
    heading(page, "Verifikat A3")
    page.keyboard.press("ArrowRight")
    heading(page, "Verifikat A4")
    page.keyboard.press("ArrowLeft")
    heading(page, "Verifikat A3")
    expect(page.locator("a.document").first).to_be_focused()
    shown_as_pdf(page, lambda: page.keyboard.press("Enter"))
    page.goto(site.url + reader.address("A-17"))
    page.keyboard.press("ArrowRight")
    heading(page, "Verifikatet finns inte")
    check(page)
    page.keyboard.press("ArrowLeft")
    heading(page, "Verifikat A17")
    page.get_by_role("link", name="Verifikat", exact=True).first.click()
    field = page.get_by_label("Nummer eller ord")
    field.fill("12")
    field.press("ArrowLeft")  # moves within the field
    heading(page, "Verifikat")


def test_without_script_on_a_phone_everything_is_there(
    site: Site, reader: BookReader, person: Open
) -> None:
    page = sit_down(person(viewport=PHONE, java_script_enabled=False), site, reader)
    page.goto(site.url + reader.address("A-10"))
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    page.locator("a.document").click()
    expect(page.frame_locator("iframe[name=document]").get_by_role("img")).to_have_count(2)
    press(page, "Nästa: A11")
    heading(page, "Verifikat A11")


def test_hostile_files_run_nothing_and_are_saved_or_explained(
    site: Site, visma: StandIn, person: Open
) -> None:
    reader = BookReader.connect(site.app, visma, HOSTILE)
    page = sit_down(person(viewport=DESK, accept_downloads=True), site, reader)
    said: list[Dialog] = []

    def note(dialog: Dialog) -> None:
        said.append(dialog)
        dialog.dismiss()

    page.on("dialog", note)
    for label in ("A-1", "A-2", "A-3", "A-4"):
        page.goto(site.url + reader.address(label))
        with page.expect_download():
            page.locator("a.document").click()
    for label, words in (("A-10", "Bilden går inte att visa"), ("A-12", "Större än 20 MB")):
        page.goto(site.url + reader.address(label))
        page.locator("a.document").click()
        frame = page.frame_locator("iframe[name=document]")
        expect(frame.get_by_role("heading")).to_have_text(words)
    assert said == []
