"""The drawn pictures: there, small, up to date, and said in words in both languages."""

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

FOLDER = ROOT / "static/pictures"
ALL = pytest.mark.parametrize("picture", PICTURES.values(), ids=list(PICTURES))
MOST_BYTES = {1: 12_000, 2: 24_000}


def file_of(picture: Picture, stem: str, scale: int, ending: str) -> Path:
    return FOLDER / picture.provider / file_name(stem, scale, ending)


@ALL
def test_every_picture_is_up_to_date_with_what_it_is_drawn_from(
    app: Flask, picture: Picture
) -> None:
    with app.test_request_context():
        pages = pages_of(picture)
    entry = manifest.read(FOLDER).get(picture.key)
    stale = manifest.is_stale(picture, entry, pages)
    assert not stale, f"{picture.key} is stale: run flask pictures make, and look at it"


@ALL
def test_every_picture_comes_in_both_sizes_and_formats_and_is_light(picture: Picture) -> None:
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
def test_every_picture_says_in_words_what_to_press(
    app: Flask, picture: Picture, language: str
) -> None:
    name = f"providers/{picture.provider}/{language}/pictures/{picture.name}.html"
    with app.test_request_context():
        texts = app.jinja_env.get_template(name).module
        alt, steps, title = str(texts.alt()), str(texts.steps()), str(texts.title())  # type: ignore[attr-defined]
    assert title.strip()
    assert re.search({"sv": "[Tt]ryck", "en": "[Pp]ress"}[language], alt)
    for mark in picture.marks:
        assert re.search(rf"(märkt|marked) {mark.number}\b", alt), mark
        started = int(m[1]) if (m := re.search(r'start="(\d+)"', steps)) else 1
        assert started <= mark.number < started + steps.count("<li>"), mark


def test_no_file_is_left_of_a_picture_that_is_no_more() -> None:
    wanted = {
        file_of(picture, stem, scale, ending)
        for picture in PICTURES.values()
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
