"""Templates as byte code: made beforehand, never parsed again, and no reason for a page to fail."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from wizard.web import template_code
from wizard.web.application import Application
from wizard.web.template_code import TemplateCode, compile_all

PAGE = "page.html"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where byte code is kept; it is there, and Python writes its own."""
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.setattr(template_code, "_folder", lambda: folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return folder


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / PAGE).write_text("{{ 1 + 1 }}")
    return templates


def environment(templates: Path) -> Environment:
    """That of a process that begins."""
    return Environment(
        loader=FileSystemLoader(templates), bytecode_cache=TemplateCode(), autoescape=True
    )


def shown(templates: Path, name: str = PAGE) -> str:
    return environment(templates).get_template(name).render()


def test_what_is_compiled_beforehand_is_not_parsed_again(
    folder: Path, templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.rmdir()
    (templates / "other.html").write_text("{{ 2 + 2 }}")
    (templates / "phrases.txt").write_text("{{ no template")
    (templates / "sandbox").mkdir()
    (templates / "sandbox" / "login.html").write_text("{{ 1 | of_another_application }}")
    assert compile_all(environment(templates)) == 2
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o644] * 2
    monkeypatch.setattr(Environment, "compile", None)
    assert (shown(templates), shown(templates, "other.html")) == ("2", "4")


def test_an_application_reads_it() -> None:
    options = Application.jinja_options
    assert isinstance(options["bytecode_cache"], TemplateCode)


def test_it_is_kept_at_first_use_and_made_anew_of_another_text(
    folder: Path, templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(templates) == "2"
    assert len(list(folder.iterdir())) == 1
    with monkeypatch.context() as compiled:
        compiled.setattr(Environment, "compile", None)
        assert shown(templates) == "2"
    (templates / PAGE).write_text("{{ 1 + 2 }}")
    assert shown(templates) == "3"


def test_where_python_writes_none_nothing_is_written(
    folder: Path, templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert shown(templates) == "2"
    assert not list(folder.iterdir())


def test_where_it_cannot_be_written_the_page_is_shown(folder: Path, templates: Path) -> None:
    folder.rmdir()
    assert shown(templates) == "2"
