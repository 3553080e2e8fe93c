"""Presses on the pages about a firm's companies and their imports, ready to be sent."""

from dataclasses import replace
from datetime import timedelta

from tests.support import bulk
from tests.support.books import BookReader
from tests.support.race_scenes import connected, of_platform, someone
from tests.support.race_stage import Pressing, Stage
from wizard.models import BulkAct, Connection, ConnectionStatus, Firm, now, today
from wizard.services.bulk import running as bulk_actions
from wizard.services.companies import company_records
from wizard.services.connections import yearly_review
from wizard.services.desk import keeping
from wizard.services.imports import judging, running
from wizard.services.imports.judging import By


def of_record(stage: Stage, word: str, page: str = "", **filled: str) -> Pressing:
    """A press on a company's page, or the page that it leads to."""
    olga, at = stage.browser(stage.cast.owner), f"/foretag/{stage.company().public_id}"
    return stage.form(olga, olga.get(f"{at}/{page}" if page else at, 200), f"{at}/{word}", **filled)


def set_last_day(stage: Stage) -> Pressing:
    """Of a company that is connected."""
    olga = stage.browser(stage.cast.owner)
    path = f"/foretag/{connected(stage).company.public_id}/sista-dag"
    day = str(today() + timedelta(days=100))
    return stage.form(olga, olga.get(path, 200), path, day=day)


def due_for_review(stage: Stage) -> Connection:
    """A connection that was approved long ago."""
    connection = connected(stage)
    connection.created_at = now() - timedelta(days=400)
    stage.session.commit()
    return connection


def answer_review(stage: Stage) -> Pressing:
    connection = due_for_review(stage)
    olga, path = stage.browser(stage.cast.owner), "/foretag/genomgang"
    page = olga.get(path, 200)
    form = stage.form(olga, page, path)
    return replace(form, form=[*form.form, (f"svar-{connection.public_id}", "kvar")])


def end_marked(stage: Stage) -> Pressing:
    """Of what one firm has marked, however many that are."""
    connection = due_for_review(stage)
    yearly_review.answer(stage.session, stage.cast.owner, [], [connection.public_id])
    olga, path = stage.browser(stage.cast.owner), "/foretag/genomgang/avsluta"
    number = yearly_review.numbers(stage.session, connection.firm_id).marked
    stage.session.rollback()
    return stage.form(olga, olga.get(path, 200), path, antal=str(number))


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


def import_by_platform(stage: Stage) -> Pressing:
    return of_platform(stage, "/imports", {"text": f"{unknown_number(stage)};Nya AB"})


def renew_all(stage: Stage) -> Pressing:
    """Of one company that waits to be renewed, whoever else does."""
    connection = connected(stage)
    connection.status, connection.cause = ConnectionStatus.RENEWAL_NEEDED, "consent_ended"
    stage.session.commit()
    keeping.sort_due(stage.session)
    stage.session.commit()
    olga, at = stage.browser(stage.cast.owner), "/foretag/att-gora/fornya"
    public_id = connection.company.public_id
    filled = {f"go-{public_id}": "y", f"email-{public_id}": someone()}
    return stage.form(olga, olga.get(at, 200), at, **filled)


def read_year(stage: Stage) -> Pressing:
    """On the page of a company's newest year, which nobody has read through yet."""
    reader = BookReader.connect(stage.app, stage.visma)
    at = f"{reader.at}/{reader.year().id}/fullstandighet"
    olga = stage.browser(reader.owner)
    return stage.form(olga, olga.get(at, 200), f"{at}/las")


def choose_columns(stage: Stage) -> Pressing:
    owner = stage.browser(stage.cast.owner)
    return stage.form(owner, owner.get("/foretag", 200), "/foretag/kolumner", column="step")


def ticked(stage: Stage) -> Pressing:
    """One company ticked in the list, to be checked."""
    connection = connected(stage)
    olga, at = stage.browser(stage.cast.owner), "/foretag"
    page = olga.get(at, 200)
    ids = connection.company.public_id
    return stage.form(olga, page, f"{at}/flera", act="check", ids=ids, which="ticked")


def of_several(stage: Stage, word: str) -> Pressing:
    """A press on the page of a bulk action; one to be stopped has begun."""
    olga, company = stage.browser(stage.cast.owner), stage.company()
    found = bulk.previewed(
        stage.session, stage.cast.owner, BulkAct.RESPONSIBLE, company, to=stage.cast.owner
    )
    if word == "stoppa":
        bulk_actions.start(stage.session, found, stage.cast.owner)
    at = f"/foretag/flera/{found.public_id}"
    return stage.form(olga, olga.get(at, 200), f"{at}/{word}")
