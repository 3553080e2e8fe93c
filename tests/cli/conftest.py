"""Fixture: a firm for companies and members."""

import pytest
from flask import Flask

from tests.cli.running import CONTACT, run


@pytest.fixture
def firm(app: Flask) -> str:
    """The name of the only firm."""
    done = run(app, "firm", "create", "--name", "Byrån AB", *CONTACT)
    assert done.exit_code == 0, done.output
    return "Byrån AB"
