"""flask firm: creates a firm once."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.cli.running import CONTACT, run
from tests.support.cast import Cast
from wizard.services.accounts import firms


@pytest.mark.usefixtures("firm")
def test_firm_create_twice_reports_the_existing_firm(app: Flask) -> None:
    done = run(app, "firm", "create", "--name=Byrån AB", *CONTACT)
    assert (done.exit_code, "redan en byrå" in done.output) == (1, True)


def test_commands_ask_which_firm_when_it_can_be_several(app: Flask, cast: Cast) -> None:
    number, person = "--organisation-number=556703-7485", "--email=ny@example.com"
    member = ("user", "create", person, "--name=Nya", "--role=member")
    for words in (
        ("invitation", "create", number, "--name=Nya AB"),
        ("company", "create", "--organisation-number=559900-1079", "--name=Nya AB"),
        member,
    ):
        done = run(app, *words)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == (
            "Error: Det finns flera byråer, så ange vilken med --firm: ”Byrån AB”, ”Andra Byrån AB”.\n"
        )
        assert run(app, *words, f"--firm={cast.other_firm.name}").exit_code == 0


def test_of_many_firms_some_are_named(app: Flask, session: Session) -> None:
    for number in range(25):
        firms.create_firm(
            session,
            name=f"Byrå {number}",
            contact_name="Britta Berg",
            contact_email="britta@example.com",
            contact_phone="08-123 45 67",
        )
    said = run(app, "company", "create", "--organisation-number=556703-7485", "--name=X").stderr
    assert said.endswith("”Byrå 19”, ….\n")
