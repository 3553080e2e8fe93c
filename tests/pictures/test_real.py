"""Real screenshots instead of sketches: valid ones are copied, hostile ones refused."""

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures.screenshots import bomb, put, screenshot
from wizard.config import ROOT
from wizard.pictures import real
from wizard.pictures.catalogue import PICTURES
from wizard.pictures.files import ENDINGS, file_name
from wizard.pictures.gallery import Gallery
from wizard.pictures.real import Refusal, RefusedError

LOGIN, ACTIVATE = PICTURES["visma/login"], PICTURES["visma/activate"]


@pytest.fixture
def gallery(tmp_path: Path) -> Gallery:
    """The application's gallery, with a temporary instance folder."""
    return Gallery.open(ROOT / "static", tmp_path)


def test_without_a_screenshot_the_sketch_is_shown(gallery: Gallery) -> None:
    found = gallery.find("visma/login", "sv")
    assert (found.is_real, found.stem, found.width) == (False, "login", LOGIN.width)
    assert found.drawn
    assert found.checked is None


@pytest.mark.parametrize(
    ("ending", "kind"), [("png", "PNG"), ("jpg", "JPEG"), ("jpeg", "JPEG"), ("webp", "WEBP")]
)
def test_a_screenshot_replaces_the_sketch_in_both_sizes_and_formats(
    gallery: Gallery, tmp_path: Path, ending: str, kind: str
) -> None:
    put(tmp_path, f"visma/login.{ending}", screenshot(1300, 650, kind))
    found = gallery.find("visma/login", "en")
    assert (found.is_real, found.width, found.height) == (True, 600, 300)
    assert found.checked
    for scale in (1, 2):
        for form in ENDINGS:
            with Image.open(
                gallery.copies / "visma" / file_name(found.stem, scale, form)
            ) as copied:
                assert copied.size == (600 * scale, 300 * scale)
                assert copied.format == form.upper()


def test_a_small_screenshot_is_not_enlarged(gallery: Gallery, tmp_path: Path) -> None:
    put(tmp_path, "visma/login.png", screenshot(320, 200))
    assert (gallery.find("visma/login", "sv").width, gallery.find("visma/login", "sv").height) == (
        320,
        200,
    )


def test_a_new_screenshot_gets_a_new_name_and_a_removed_one_brings_back_the_sketch(
    gallery: Gallery, tmp_path: Path
) -> None:
    path = put(tmp_path, "visma/login.png", screenshot(700))
    first = gallery.find("visma/login", "sv")
    path.write_bytes(screenshot(710))
    assert gallery.find("visma/login", "sv").stem != first.stem
    path.unlink()
    assert not gallery.find("visma/login", "sv").is_real


def test_a_screenshot_is_for_one_language_or_for_all(gallery: Gallery, tmp_path: Path) -> None:
    put(tmp_path, "visma/activate-en.png", screenshot())
    assert gallery.find("visma/activate", "en").is_real
    assert not gallery.find("visma/activate", "sv").is_real
    put(tmp_path, "visma/activate.png", screenshot(500))
    assert gallery.find("visma/activate", "sv").width == 500
    assert gallery.find("visma/activate", "en").width == 600


def test_metadata_in_a_file_is_removed(gallery: Gallery, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Hemlig Fotograf"
    put(
        tmp_path,
        "visma/login.jpg",
        screenshot(kind="JPEG", exif=exif) + b"<script>alert(1)</script>",
    )
    found = gallery.find("visma/login", "sv")
    for path in (gallery.copies / "visma").iterdir():
        assert path.name.startswith(found.stem)
        assert b"Hemlig" not in path.read_bytes()
        assert b"script" not in path.read_bytes()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<!doctype html><script>alert(1)</script>", Refusal.NOT_A_PICTURE),
        (b"", Refusal.NOT_A_PICTURE),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", Refusal.NOT_A_PICTURE),
        (screenshot()[:300], Refusal.NOT_A_PICTURE),
        (screenshot(kind="JPEG"), Refusal.NOT_A_PICTURE),  # the extension is png
        (bomb(8001, 10), Refusal.TOO_LARGE),
        (bomb(60_000, 60_000), Refusal.TOO_LARGE),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * real.LARGEST_BYTES, Refusal.TOO_LARGE),
    ],
    ids=["html", "empty", "gif", "cut", "jpeg", "wide", "bomb", "heavy"],
)
def test_a_hostile_file_is_refused_and_the_sketch_shown(
    gallery: Gallery, tmp_path: Path, content: bytes, reason: Refusal
) -> None:
    put(tmp_path, "visma/login.png", content)
    assert not gallery.find("visma/login", "sv").is_real
    with pytest.raises(RefusedError) as refused:
        gallery.screenshot(LOGIN, "sv")
    assert refused.value.reason is reason


@pytest.mark.parametrize("trick", ["link", "folder", "dangling", "pipe"])
def test_a_path_outside_the_folder_or_not_a_file_is_refused(
    gallery: Gallery, tmp_path: Path, trick: str
) -> None:
    outside = put(tmp_path / "elsewhere", "visma/login.png", screenshot())
    folder = tmp_path / "pictures"
    folder.mkdir()
    if trick == "folder":
        (folder / "visma").symlink_to(outside.parent)
    else:
        (folder / "visma").mkdir()
        target = folder / "visma/login.png"
        if trick == "pipe":
            os.mkfifo(target)
        else:
            target.symlink_to(outside if trick == "link" else "nowhere")
    assert not gallery.find("visma/login", "sv").is_real
    with pytest.raises(RefusedError) as refused:
        gallery.screenshot(LOGIN, "sv")
    assert refused.value.reason is Refusal.OUTSIDE


def test_the_sketch_is_shown_if_copies_cannot_be_written(gallery: Gallery, tmp_path: Path) -> None:
    put(tmp_path, "visma/login.png", screenshot())
    (tmp_path / "picture-copies").write_text("in the way")
    assert not gallery.find("visma/login", "sv").is_real


def test_an_unknown_picture_raises_key_error(gallery: Gallery) -> None:
    with pytest.raises(KeyError):
        gallery.find("visma/../login", "sv")
    assert ACTIVATE.stems() == ("activate-sv", "activate-en")
