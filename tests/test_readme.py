"""The README is true: every setting stands in it with its default, and every command it names is there."""

import re

import pytest
from flask import Flask

from wizard.config import ROOT, Settings

README = (ROOT / "README.md").read_text()
ROWS = dict(re.findall(r"^\| `(WIZARD_\w+)` \| (.*) \|$", README, re.MULTILINE))
COMMANDS = re.findall(r"^flask ([a-z]+) ([a-z-]+)", README, re.MULTILINE)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_readme(name: str) -> None:
    field = Settings.model_fields[name]
    row = ROWS[f"WIZARD_{name.upper()}"]
    assert str(field.description) in row
    if field.is_required():
        assert "required" in row
    elif isinstance(field.default, str | int) and field.default != "":
        assert f"`{str(field.default).lower() if field.default is False else field.default}`" in row


def test_no_setting_stands_there_that_is_gone() -> None:
    named = set(re.findall(r"WIZARD_[A-Z_]+", README))
    known = {f"WIZARD_{name.upper()}" for name in Settings.model_fields}
    assert named <= known


def test_every_command_it_names_is_there(app: Flask) -> None:
    assert COMMANDS
    for group, command in COMMANDS:
        assert app.test_cli_runner().invoke(args=[group, command, "--help"]).exit_code == 0


@pytest.mark.parametrize("path", re.findall(r"^\| `([a-z][\w/.]*[/y])`", README, re.MULTILINE))
def test_every_place_on_the_map_is_there(path: str) -> None:
    assert (ROOT / path).exists()
