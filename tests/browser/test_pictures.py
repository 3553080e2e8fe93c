"""Pictures in a real browser: they load, hold their place, enlarge without script, and are light."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.site import Site, check
from wizard.pictures import manifest
from wizard.pictures.catalogue import PICTURES

command = importlib.import_module("wizard.cli.pictures")  # not the group of that name
Open = Callable[..., Page]
MOST_BYTES = 100_000
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
        assert pictures.count() > 0
        assert page.evaluate(height) == before
        assert page.evaluate(WEIGHT) <= MOST_BYTES
        check(page)


def test_a_picture_is_drawn_by_the_command_only_when_it_is_stale(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    login = PICTURES["visma/login"]
    monkeypatch.setattr(command, "PICTURES", {login.key: login})
    make = ["pictures", "make", "--folder", str(tmp_path)]
    drawn = app.test_cli_runner().invoke(args=make)
    assert drawn.output == "Ritade: visma/login.\n"
    for scale, name in (
        (1, "login.png"),
        (1, "login.webp"),
        (2, "login-2x.png"),
        (2, "login-2x.webp"),
    ):
        with Image.open(tmp_path / "visma" / name) as image:
            assert image.size == (login.width * scale, login.height * scale)
    assert manifest.read(tmp_path).keys() == {login.key}
    again = app.test_cli_runner().invoke(args=make)
    assert again.output == "Ritade: inga, alla var aktuella.\n"
