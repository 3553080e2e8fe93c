"""flask pictures: errors for missing tools, and the record of a check."""

import importlib
import importlib.util
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from wizard.pictures import manifest
from wizard.pictures.manifest import Entry

command = importlib.import_module(
    "wizard.cli.pictures"
)  # the module, not the command group with the same name


@pytest.mark.parametrize(
    ("module", "function", "said"),
    [(importlib.util, "find_spec", "Playwright saknas"), (shutil, "which", "Chromium saknas")],
)
def test_make_reports_what_is_missing(
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


def test_checked_changes_only_the_date(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    manifest.write(
        tmp_path, {"visma/login": Entry(280, 252, date(2025, 1, 2), None, {"login": "x"})}
    )
    answer = app.test_cli_runner().invoke(args=["pictures", "checked", "visma/login"])
    assert answer.output == "Kontrollerade i dag: visma/login.\n"
    entry = manifest.read(tmp_path)["visma/login"]
    assert entry.checked is not None
    assert entry.checked > date(2025, 1, 2)
    assert replace(entry, checked=None) == Entry(280, 252, date(2025, 1, 2), None, {"login": "x"})


def test_checked_refuses_an_unknown_picture(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["pictures", "checked", "visma/okand"])
    assert answer.exit_code == 1
    assert "Det finns ingen bild visma/okand" in answer.output
