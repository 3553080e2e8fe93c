"""flask firm: creates a firm once."""

import pytest
from flask import Flask

from tests.cli.running import CONTACT, run


@pytest.mark.usefixtures("firm")
def test_firm_create_twice_reports_the_existing_firm(app: Flask) -> None:
    done = run(app, "firm", "create", "--name=Byrån AB", *CONTACT)
    assert (done.exit_code, "redan en byrå" in done.output) == (1, True)
