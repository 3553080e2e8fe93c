"""flask company: adds a company to a firm."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cli.running import run
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
