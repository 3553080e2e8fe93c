"""Pictures in a real browser: they load, hold their place, enlarge without script, and are light."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.site import Site, check
from tests.support.traveller import HERS
from wizard.pictures import manifest
from wizard.pictures.catalogue import PICTURES

command = importlib.import_module("wizard.cli.pictures")  # not the group of that name
Open = Callable[..., Page]
MOST_BYTES = 100_000
LONG = (
    "Föreningen Bokbindarnas och Pappershandelns Vänner i Norrtälje med omnejd ekonomisk förening"
)
LOADED = "images => images.every(image => image.complete && image.naturalWidth > 0)"
WEIGHT = """() => performance.getEntriesByType('resource')
  .concat(performance.getEntriesByType('navigation'))
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""


def at_the_button(page: Page, site: Site) -> None:
    """The page of hers with the three screens to come."""
    page.goto(site.link())
    page.get_by_role("button", name="Jag har rätt behörighet").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ge behörighet")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("script", [True, False])
def test_a_picture_is_enlarged_and_left_again_at_the_same_place(
    site: Site, person: Open, width: int, script: bool
) -> None:
    page = person(viewport={"width": width, "height": 800}, java_script_enabled=script)
    at_the_button(page, site)
    step = page.url
    page.get_by_role("link", name="Tryck på Godkänn, märkt 2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Godkänn i rutan")
    page.get_by_role("link", name="Tillbaka", exact=True).click()
    assert page.url == f"{step}#bild-consent"


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_enlarged_picture_is_accessible(
    site: Site, person: Open, width: int, colours: str
) -> None:
    page = person(viewport={"width": width, "height": 800}, color_scheme=colours)
    for key in PICTURES:
        page.goto(f"{site.url}/bilder/{key}")
        check(page)


@pytest.mark.parametrize("scale", [1, 2])
def test_pages_with_pictures_are_light_and_nothing_moves_when_they_come(
    site: Site, person: Open, scale: int
) -> None:
    page = person(viewport={"width": 360, "height": 800}, device_scale_factor=scale)
    at_the_button(page, site)
    for path in (
        page.url,
        *(f"{site.url}/hjalp/{name}" for name in ("standardforetag", "hamta-lanken")),
    ):
        page.goto(path)
        height = "document.documentElement.scrollHeight"
        before = page.evaluate(height)
        pictures = page.locator("main img")
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
        page.wait_for_function(f"() => ({LOADED})([...document.querySelectorAll('main img')])")
        assert page.locator("main .enlarge").count() > 0
        assert page.evaluate(height) == before
        assert page.evaluate(WEIGHT) <= MOST_BYTES
        check(page)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "colours", [{"color_scheme": "dark"}, {"forced_colors": "active"}], ids=str
)
@pytest.mark.parametrize("company", [HERS, LONG], ids=["short", "long"])
def test_sketches_are_legible_with_her_company(
    site: Site, person: Open, width: int, colours: dict[str, str], company: str
) -> None:
    page = person(viewport={"width": width, "height": 640}, **colours)
    page.goto(site.link(company))
    page.get_by_role("button", name="Jag har rätt behörighet").click()
    page.locator(
        "#bild-consent"
    ).wait_for()  # of the page that comes, which axe would else not find whole
    check(page)
    for ring in page.locator("[data-mark='1']").all():
        assert ring.evaluate("ring => ring.scrollWidth <= ring.clientWidth")
        assert ring.evaluate("ring => parseFloat(getComputedStyle(ring).fontSize)") >= 14
    page.locator("#bild-consent").click()
    expect(page.locator("[data-mark='1']")).to_be_in_viewport()  # the point is seen first
    expect(page.locator("[data-mark='1']")).to_contain_text(company)
    check(page)


def test_a_large_picture_shows_its_point_first(site: Site, person: Open) -> None:
    page = person(viewport={"width": 360, "height": 640})
    for key, picture in PICTURES.items():
        page.goto(f"{site.url}/bilder/{key}")
        if picture.from_right:
            moved = page.locator(".large").evaluate(
                "(e) => [e.scrollLeft, e.scrollWidth - e.clientWidth]"
            )
            assert moved[1] > 0
            assert moved[0] == 0  # of the right side, where reading from right to left begins
            assert page.locator(".large img").bounding_box()["x"] < 0  # type: ignore[index]


def test_a_picture_is_drawn_by_the_command_only_when_it_is_stale(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu, login = PICTURES["visma/user-menu"], PICTURES["visma/login"]
    monkeypatch.setattr(command, "PICTURES", {menu.key: menu, login.key: login})
    make = ["pictures", "make", "--folder", str(tmp_path)]
    drawn = app.test_cli_runner().invoke(args=make)
    assert drawn.output == "Ritade: visma/user-menu, visma/login.\n"
    for scale, name in (
        (1, "user-menu.png"),
        (1, "user-menu.webp"),
        (2, "user-menu-2x.png"),
        (2, "user-menu-2x.webp"),
    ):
        with Image.open(tmp_path / "visma" / name) as image:
            assert image.size == (menu.width * scale, menu.height * scale)
    entry = manifest.read(tmp_path)[login.key]
    assert (entry.drawn, entry.checked) == (datetime.now().date(), None)  # noqa: DTZ005 -- as the terminal's day
    others = manifest.read(tmp_path)
    manifest.write(tmp_path, others | {login.key: replace(entry, checked=date(2026, 11, 25))})
    again = app.test_cli_runner().invoke(args=make)
    assert again.output == "Ritade: inga, alla var aktuella.\n"
    assert manifest.read(tmp_path)[login.key].checked == date(2026, 11, 25)
    older = replace(entry, checked=date(2026, 11, 25), fingerprints={"login": "before"})
    manifest.write(tmp_path, others | {login.key: older})
    app.test_cli_runner().invoke(args=make)
    assert manifest.read(tmp_path)[login.key].checked is None
