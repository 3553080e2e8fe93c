"""flask db: what it says when it cannot."""

import pytest
from flask import Flask

from wizard import migrations


def test_upgrade_names_the_key_that_is_missing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_a_key(*_: object) -> None:
        raise migrations.KeyMissingError("k1")

    monkeypatch.setattr(migrations, "upgrade", without_a_key)
    done = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert done.exit_code == 1
    assert "Nyckeln k1 saknas" in done.output
    assert "Inget är ändrat" in done.output
