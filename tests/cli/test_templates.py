"""flask templates: how many it has compiled, and one sentence where it may not write."""

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemLoader

from tests.cli.running import run
from wizard.web import template_code


def test_compile_says_how_many_or_what_is_wrong(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kept"
    monkeypatch.setattr(template_code, "_folder", lambda: folder)
    (tmp_path / "page.html").write_text("Hej")
    app.jinja_env.loader = FileSystemLoader(tmp_path)
    answer = run(app, "templates", "compile")
    assert (answer.exit_code, answer.output) == (0, "1 mallar.\n")
    assert len(list(folder.iterdir())) == 1
    folder = tmp_path / "page.html"
    answer = run(app, "templates", "compile")
    assert answer.exit_code == 1
    assert "Mallarna kan inte skrivas" in answer.output
