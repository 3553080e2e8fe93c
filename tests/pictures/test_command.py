"""flask pictures: what it says when something is missing, and how a check is noted."""

import importlib
import importlib.util
import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from wizard.pictures import manifest
from wizard.pictures.manifest import Entry

command = importlib.import_module("wizard.cli.pictures")  # not the group of that name


@pytest.mark.parametrize(
    ("module", "function", "said"),
    [(importlib.util, "find_spec", "Playwright saknas"), (shutil, "which", "Chromium saknas")],
)
def test_make_says_what_is_missing(
    app: Flask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    function: str,
    said: str,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: True)
    monkeypatch.setattr(module, function, lambda _name: None)
    answer = app.test_cli_runner().invoke(args=["pictures", "make", "--folder", str(tmp_path)])
    assert answer.exit_code == 1
    assert said in answer.output
    assert not list(tmp_path.iterdir())


def test_checked_notes_the_day_and_nothing_else(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    manifest.write(tmp_path, {"visma/login": Entry(280, 252, date(2025, 1, 2), {"login": "x"})})
    answer = app.test_cli_runner().invoke(args=["pictures", "checked", "visma/login"])
    assert answer.output == "Kontrollerade i dag: visma/login.\n"
    entry = manifest.read(tmp_path)["visma/login"]
    assert entry.checked > date(2025, 1, 2)
    assert (entry.width, entry.height, entry.fingerprints) == (280, 252, {"login": "x"})


def test_checked_does_not_know_every_name(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["pictures", "checked", "visma/okand"])
    assert answer.exit_code == 1
    assert "Det finns ingen bild visma/okand" in answer.output
