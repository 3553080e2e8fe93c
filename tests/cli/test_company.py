"""flask company: adds a company to a firm."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cli.running import run
from tests.support.tables import line, number, table, wrong_number
from wizard.models import Company


def test_company_create_adds_it_to_the_only_firm(app: Flask, session: Session, firm: str) -> None:
    done = run(app, "company", "create", "--organisation-number=556012-5790", "--name=Nya AB")
    assert done.output == f"Nya AB är tillagt hos {firm}.\n"
    assert session.scalars(select(Company.organisation_number)).all() == ["5560125790"]


@pytest.mark.usefixtures("firm")
def test_company_create_twice_reports_the_existing_company(app: Flask) -> None:
    same = ("company", "create", "--organisation-number=556012-5790", "--name=Nya AB")
    assert run(app, *same).exit_code == 0
    done = run(app, *same)
    assert (done.exit_code, "redan ett företag" in done.output) == (1, True)


def test_a_firm_is_needed_before_anything_else(app: Flask) -> None:
    done = run(app, "company", "create", "--organisation-number=556012-5790", "--name=Nya AB")
    assert (done.exit_code, "flask firm create" in done.output) == (1, True)


def test_company_import_prints_each_lines_fate_and_adds_the_good(
    app: Flask, session: Session, firm: str, tmp_path: Path
) -> None:
    path = tmp_path / "klienter.csv"
    path.write_bytes(table([line(1), f"{wrong_number(2)};B AB;;", line(1)]).encode("cp1252"))
    done = run(app, "company", "import", str(path), f"--firm={firm}")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "rad 2: ny (Bolag 1 AB)",
        f"rad 3: fel kontrollsiffra i organisationsnumret: {wrong_number(2)} (B AB)",
        "rad 4: dubblett av rad 2 (Bolag 1 AB)",
    ]
    assert session.scalars(select(Company.organisation_number)).all() == [number(1)]
    strict = run(app, "company", "import", str(path), f"--firm={firm}", "--strict")
    assert (strict.exit_code, "rad 2: finns" in strict.output) == (1, True)
    listed = run(app, "company", "list").output
    assert listed == f"{number(1)[:6]}-{number(1)[6:]}\tBolag 1 AB\t-\n"


def test_company_import_invites_where_there_is_a_mail_server_and_refuses_what_it_cannot_read(
    app: Flask, firm: str, tmp_path: Path
) -> None:
    path = tmp_path / "klienter.xlsx"
    path.write_bytes(b"PK\x03\x04")
    without = run(app, "company", "import", str(path), f"--firm={firm}", "--invite")
    assert (without.exit_code, "WIZARD_SMTP_HOST" in without.output) == (2, True)
    done = run(app, "company", "import", str(path), f"--firm={firm}")
    assert (done.exit_code, "Spara den som CSV" in done.output) == (1, True)
