"""Presses on the pages about a firm's companies and their imports, ready to be sent."""

from tests.support.race_scenes import someone
from tests.support.race_stage import Pressing, Stage
from wizard.models import Firm
from wizard.services.companies import company_records
from wizard.services.imports import judging, running
from wizard.services.imports.judging import By


def of_record(stage: Stage, word: str, page: str = "", **filled: str) -> Pressing:
    """A press on a company's page, or the page that it leads to."""
    olga, at = stage.browser(stage.cast.owner), f"/foretag/{stage.company().public_id}"
    return stage.form(olga, olga.get(f"{at}/{page}" if page else at, 200), f"{at}/{word}", **filled)


def archived(stage: Stage) -> Pressing:
    olga, company = stage.browser(stage.cast.owner), stage.company()
    company_records.archive(stage.session, company)
    at = f"/foretag/{company.public_id}"
    return stage.form(olga, olga.get(at, 200), f"{at}/ta-tillbaka")


def read_lines(stage: Stage) -> Pressing:
    olga, at = stage.browser(stage.cast.owner), "/foretag/import"
    lines = f"{unknown_number(stage)};Nya AB;{someone()}"
    return stage.form(olga, olga.get(at, 200), at, lines=lines)


def of_import(stage: Stage, word: str) -> Pressing:
    """A press on the page of an import of one line; one to be undone has begun."""
    olga, firm = stage.browser(stage.cast.owner), stage.session.get_one(Firm, stage.cast.firm.id)
    data = f"{unknown_number(stage)};Nya AB;{someone()}"
    found = judging.read(stage.session, firm, By(stage.cast.owner), data)
    if word == "angra":
        running.start(stage.session, found, invites=False)
    at = f"/foretag/import/{found.public_id}"
    return stage.form(olga, olga.get(at, 200), f"{at}/{word}", then="add")


def unknown_number(stage: Stage) -> str:
    """The number of a company that there is not."""
    company = stage.company()
    stage.session.delete(company)
    stage.session.commit()
    return company.organisation_number
