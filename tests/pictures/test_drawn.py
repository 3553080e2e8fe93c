"""The drawn pictures: complete, small, up to date, and described in both languages."""

import re
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from wizard.config import ROOT
from wizard.pictures import manifest
from wizard.pictures.catalogue import PICTURES
from wizard.pictures.definitions import Picture
from wizard.pictures.files import ENDINGS, SCALES, file_name
from wizard.web.picture.pages import pages_of
from wizard.web.picture.shown import Example

FOLDER = ROOT / "static/pictures"
ALL = pytest.mark.parametrize("picture", PICTURES.values(), ids=list(PICTURES))
FILED = [picture for picture in PICTURES.values() if not picture.live]
LIVE = [picture for picture in PICTURES.values() if picture.live]
HER = Example("", "Norrtälje Bokbinderi AB", "5599001079")
HOST = "login.visma.example"
MOST_BYTES = {1: 12_000, 2: 24_000}


def file_of(picture: Picture, stem: str, scale: int, ending: str) -> Path:
    return FOLDER / picture.provider / file_name(stem, scale, ending)


@ALL
def test_every_picture_is_up_to_date_with_its_sources(app: Flask, picture: Picture) -> None:
    with app.test_request_context():
        pages = pages_of(picture)
    entry = manifest.read(FOLDER).get(picture.key)
    stale = manifest.is_stale(picture, entry, pages)
    assert not stale, f"{picture.key} is stale: run flask pictures make, and look at it"


@pytest.mark.parametrize("picture", FILED, ids=str)
def test_every_drawn_file_has_both_sizes_and_formats_and_is_small(picture: Picture) -> None:
    for stem in picture.stems():
        for scale in SCALES:
            for ending in ENDINGS:
                path = file_of(picture, stem, scale, ending)
                with Image.open(path) as image:
                    assert image.size == (picture.width * scale, picture.height * scale)
                    assert image.format == ending.upper()
                assert path.stat().st_size <= MOST_BYTES[scale], path.name


@ALL
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_picture_has_its_steps_as_text(app: Flask, picture: Picture, language: str) -> None:
    name = f"providers/{picture.provider}/{language}/pictures/{picture.name}.html"
    with app.test_request_context():
        texts = app.jinja_env.get_template(name).module
        alt, steps, title = str(texts.alt(HER)), str(texts.steps(HER)), str(texts.title())  # type: ignore[attr-defined]
    assert title.strip()
    assert re.search({"sv": "[Tt]ryck", "en": "[Pp]ress"}[language], alt)
    for mark in picture.marks:
        assert re.search(rf"(märkt|marked) {mark.number}\b", alt), mark
        started = int(m[1]) if (m := re.search(r'start="(\d+)"', steps)) else 1
        assert started <= mark.number < started + steps.count("<li>"), mark


@pytest.mark.parametrize("picture", LIVE, ids=str)
def test_a_live_picture_shows_her_company_and_every_mark(app: Flask, picture: Picture) -> None:
    with app.test_request_context():
        page = app.jinja_env.get_template(picture.page).module
        drawn = str(page.drawn(HER, HOST))  # type: ignore[attr-defined]
    assert re.findall(r'data-mark="(\d+)"', drawn) == [str(mark.number) for mark in picture.marks]
    if picture.name == "login":
        assert re.search(rf'data-mark="1">.*{HOST}</b>/', drawn)
        return
    marked = re.search(r'data-mark="1">.*?</span></span>', drawn)
    assert marked
    assert "Norrtälje Bokbinderi AB" in marked[0]
    assert "559900-1079" in marked[0]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("picture", LIVE, ids=str)
def test_the_words_of_a_live_picture_name_her_company(
    app: Flask, picture: Picture, language: str
) -> None:
    name = f"providers/{picture.provider}/{language}/pictures/{picture.name}.html"
    with app.test_request_context():
        alt = str(app.jinja_env.get_template(name).module.alt(HER))  # type: ignore[attr-defined]
    if picture.name != "login":
        assert " ".join(alt.split()).count("Norrtälje Bokbinderi AB, 559900-1079") == 1


def test_no_file_is_left_of_a_removed_picture() -> None:
    wanted = {
        file_of(picture, stem, scale, ending)
        for picture in FILED
        for stem in picture.stems()
        for scale in SCALES
        for ending in ENDINGS
    }
    assert {path for path in FOLDER.glob("*/*") if path.is_file()} == wanted
    assert manifest.read(FOLDER).keys() == PICTURES.keys()


def test_a_picture_is_stale_when_its_page_or_its_marks_change(app: Flask) -> None:
    picture = PICTURES["visma/activate"]
    with app.test_request_context():
        pages = pages_of(picture)
    entry = manifest.read(FOLDER)[picture.key]
    assert manifest.is_stale(picture, None, pages)
    changed = {stem: page + " " for stem, page in pages.items()}
    assert manifest.is_stale(picture, entry, changed)
    assert not manifest.is_stale(picture, entry, pages)
