"""Pictures on pages: the page of each, the way back, and real ones in every place."""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import Cast
from tests.client import Browser, Page
from tests.pictures.screenshots import put, screenshot
from tests.traveller import Traveller
from wizard.pictures.catalogue import PICTURES

Open = Callable[..., Browser]
IMAGE = re.compile(r'<img src="([^"]+)" srcset="([^" ]+) 2x" width="(\d+)" height="(\d+)"')


@pytest.fixture
def instance(app: Flask, tmp_path: Path) -> Path:
    """An instance folder of the test's own."""
    app.instance_path = str(tmp_path)
    return tmp_path


@pytest.mark.parametrize("key", PICTURES)
def test_show_has_the_picture_large_its_steps_and_its_day(browser: Open, key: str) -> None:
    page = browser().get(f"/bilder/{key}", 200)
    picture = PICTURES[key]
    assert f'width="{picture.width * 2}" height="{picture.height * 2}"' in page.text
    assert re.search(r"Kontrollerad \d+ \w+ \d{4}\.", page.words)
    assert "Bilden är en förenklad skiss. Hos dig kan färger och ordning skilja sig." in page.words
    assert "Samma sak i ord" in page.words


def test_show_leads_back_to_the_place_it_was_opened_from(browser: Open) -> None:
    def back(referrer: str) -> str:
        page = browser().get("/bilder/visma/login", 200, headers={"Referer": referrer})
        return next(link for link in page.links if link.startswith(("/koppla", "/hjalp")))

    assert back("http://localhost/koppla/abc/ge-behorighet?a=1&b=2").endswith(
        "/koppla/abc/ge-behorighet?a=1&b=2#bild-login"
    )
    for elsewhere in (
        "http://evil.example/koppla/abc",
        "http://localhost//evil.example/koppla",
        "http://localhost/\\evil.example",
        "http://localhost/bilder/visma/login",
        "nonsense",
        "",
    ):
        assert back(elsewhere).startswith("/hjalp")


@pytest.mark.parametrize(
    "path",
    [
        "/bilder/visma/okand",
        "/bilder/okand/login",
        "/bilder/visma/fil/okand.png",
        "/bilder/visma/fil/..%2f..%2fdemo.env",
        "/bilder/visma/fil/login.html",
        "/bilder/okand/fil/login.png",
        "/bilder/../fil/demo-logins",
    ],
)
@pytest.mark.usefixtures("instance")
def test_a_picture_that_is_not_there_is_not_found(browser: Open, path: str) -> None:
    browser().get(path, 404)


@pytest.mark.usefixtures("visma")
def test_a_real_screenshot_takes_the_place_in_every_page_and_size(
    visma_app: Flask, approver: Traveller, tmp_path: Path
) -> None:
    visma_app.instance_path = str(tmp_path)
    for key in PICTURES:
        put(tmp_path, f"{key}.png", screenshot(1300, 650))
    reader = Browser.open(visma_app)
    for page in [*_pages_with_pictures(approver), reader.get("/bilder/visma/login", 200)]:
        for address, twice, width, height in IMAGE.findall(page.text):
            assert (width, height) == ("600", "300")
            for each in (address, twice):
                _is_a_safe_picture(reader.get(each, 200))
        sources = re.findall(r'srcset="([^"]+)"', page.text)
        assert sources
        assert not [source for source in sources if "static/pictures" in source]


def _pages_with_pictures(approver: Traveller) -> list[Page]:
    approver.go_straight()
    steps = ("behorighet", "bokforing", "foretag", "ge-behorighet")
    return [approver.get(step, 200) for step in steps]


def _is_a_safe_picture(answer: Page) -> None:
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_admin_sees_what_is_missing_refused_and_old(
    browser: Open, cast: Cast, instance: Path
) -> None:
    admin = browser(cast.admin)
    fresh = admin.get("/admin/bilder", 200)
    assert f"Riktiga skärmbilder saknas för {len(PICTURES)} bilder" in fresh.words
    assert "instance/pictures/visma/login.png" in fresh.words
    old = put(instance, "visma/login.png", screenshot())
    long_ago = (datetime.now(UTC) - timedelta(days=181)).timestamp()
    os.utime(old, (long_ago, long_ago))
    put(instance, "visma/consent.png", b"<html>")
    page = admin.get("/admin/bilder", 200)
    assert f"saknas för {len(PICTURES) - 1} bilder" in page.words
    assert "Kontrollerad för mer än 180 dagar sedan" in page.words
    assert "Filen är inte den bild som namnet säger" in page.words
    assert "flask pictures make" not in page.words


def test_the_page_about_pictures_is_for_admins(browser: Open, cast: Cast) -> None:
    assert "/admin/bilder" in browser(cast.admin).get("/foretag", 200).links
    assert "/admin/bilder" not in browser(cast.support).get("/foretag", 200).links
    browser(cast.support).get("/admin/bilder", 403)
    browser(cast.owner).get("/admin/bilder", 403)
    assert browser().get("/admin/bilder", 303).location == "/logga-in?next=/admin/bilder"
