"""Pictures on pages: the page of each, the way back, and real ones in every place."""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.pictures.screenshots import put, screenshot
from tests.support.cast import Cast
from tests.support.client import Browser, Page
from tests.support.traveller import Traveller, address, invite
from wizard.pictures.catalogue import PICTURES
from wizard.web.picture.shown import gallery, row_of

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
    if picture.live:
        assert page.text.count('role="img"') == 1
        assert f"{picture.marks[-1].number}" in page.text
    else:
        assert f'width="{picture.width * 2}" height="{picture.height * 2}"' in page.text
    source = "" if picture.ours else " efter Vismas hjälptexter"
    assert re.search(rf"Skiss, ritad \d+ \w+ \d{{4}}{source}\.", page.words)
    assert "Den är förenklad: hos dig kan färger och ordning skilja sig." in page.words
    assert "ontrollera" not in page.words
    assert "Samma sak i ord" in page.words


LONG = (
    "Föreningen Bokbindarnas & Pappershandelns <Vänner> i Norrtälje med omnejd ekonomisk förening"
)


@pytest.mark.usefixtures("visma")
def test_a_sketch_shows_her_company_in_her_browser_and_an_example_to_others(
    visma_app: Flask,
) -> None:
    reader = Browser.open(visma_app)
    at = reader.get(address(invite(visma_app, LONG)), 303).location.partition("?")[0].rstrip("/")
    enlarged = f"/bilder/visma/choose-company?k={at.rpartition('/')[2]}"
    reader.post(f"{at}/valkommen", {"go": "express"}, 303)
    for path in (f"{at}/ge-behorighet", enlarged, f"/hjalp/valj-foretag?k={at.rpartition('/')[2]}"):
        page = reader.get(path, 200)
        assert drawn_companies(page) == {(LONG, "559900-1079")}, path
    assert enlarged in reader.get(f"{at}/ge-behorighet", 200).links
    for path in (enlarged, "/hjalp/valj-foretag", "/hjalp/valj-foretag?k=" + at.rpartition("/")[2]):
        stranger = Browser.open(visma_app).get(path, 200)
        assert drawn_companies(stranger) == {("Rätt företag AB", "559900-1017")}, path
        assert LONG not in stranger.words


def drawn_companies(page: Page) -> set[tuple[str, str]]:
    """The companies, by name and number, that the page's sketches mark."""
    assert page.tree is not None
    rings = [part for part in page.tree.iter("span") if part.get("data-mark") == "1"]
    pairs = [["".join(bold.itertext()) for bold in ring.iter("b")] for ring in rings]
    return {(pair[0], pair[1]) for pair in pairs if len(pair) == 2}


@pytest.mark.usefixtures("visma")
def test_every_mark_of_the_three_screens_is_named_where_they_are_shown(
    approver: Traveller,
) -> None:
    page = approver.go_straight().get("ge-behorighet", 200)
    assert page.tree is not None
    (screens,) = [part for part in page.tree.iter("ol") if "screens" in part.get("class", "")]
    for screen in screens:
        marks = [part.get("data-mark") for part in screen.iter("span") if part.get("data-mark")]
        named = [
            "".join(part.itertext())
            for part in screen.iter("span")
            if part.get("class") == "marked"
        ]
        assert marks == ["1", "2"]
        assert named == [f"märkt {mark}" for mark in marks]


def checked(app: Flask, monkeypatch: pytest.MonkeyPatch, *keys: str) -> None:
    """Let somebody have compared these sketches with the real pages."""
    with app.test_request_context():
        entries = gallery().entries
    for key in keys:
        monkeypatch.setitem(entries, key, replace(entries[key], checked=date(2026, 11, 25)))


def test_a_sketch_that_was_compared_says_when(
    app: Flask, browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(app, monkeypatch, "visma/login")
    words = browser().get("/bilder/visma/login", 200).words
    assert re.search(r"hjälptexter\. Kontrollerad 25 november 2026\.", words)
    assert "Den är förenklad" in words


@pytest.mark.usefixtures("instance")
def test_a_row_says_that_it_was_checked_only_when_all_its_sketches_were(
    app: Flask, browser: Open, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ["visma/login", "visma/choose-company", "visma/consent"]
    checked(app, monkeypatch, *row[:2])
    with app.test_request_context():
        assert row_of(row).drawn
        assert row_of(row).checked is None
    checked(app, monkeypatch, *row)
    with app.test_request_context():
        assert row_of(row).checked == date(2026, 11, 25)


def test_a_row_tells_its_sketches_from_its_screenshots(app: Flask, instance: Path) -> None:
    put(instance, "visma/login.png", screenshot())
    with app.test_request_context():
        mixed, real = row_of(["visma/login", "visma/consent"]), row_of(["visma/login"])
    assert mixed.drawn
    assert mixed.taken == real.taken == datetime.now(UTC).date()
    assert (real.drawn, real.checked) == (None, None)


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
        for once, twice, width, height in IMAGE.findall(page.text):
            assert (width, height) == ("600", "300")
            for each in (once, twice):
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
    assert re.search(r"Ritad \d+ \w+ 2026\s*Inte kontrollerad", fresh.words)
    assert "flask pictures checked visma/login" in fresh.words
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
