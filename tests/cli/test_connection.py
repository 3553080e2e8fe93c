"""flask connection: prints a line for each checked connection."""

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cli.running import run
from tests.support.minting import APPROVER, connect
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from wizard.models import Connection, Pace, now
from wizard.services.throttling.pacing import AWAY_AFTER


def test_connection_check_prints_a_line_each_and_fails_when_one_is_not_active(
    visma_app: Flask, visma: StandIn
) -> None:
    connect(visma_app, visma, 2)
    done = run(visma_app, "connection", "check")
    assert (done.exit_code, done.output.count("559900-1079 Norrtälje Bokbinderi AB")) == (0, 2)
    assert done.output.count(": Aktiv\n") == 2
    visma.happens("permission_lost", APPROVER)
    checked = ("connection", "check", "--organisation-number", "559900-1079")
    done = run(visma_app, *checked)
    assert (done.exit_code, done.output.count(": Aktiv (nekades nu, läses en gång till)")) == (1, 2)
    with time_machine.travel(now() + LATER, tick=True):
        done = run(visma_app, *checked)
    assert done.exit_code == 1
    assert ": Behöver förnyas (approver_gone)" in done.output
    assert "2 av 2 kopplingar är inte aktiva." in done.output


def test_connection_check_reports_an_outage(
    visma_app: Flask, visma: StandIn, session: Session
) -> None:
    [connection_id] = connect(visma_app, visma)
    visma.fail("companysettings", "error_code", 4010)
    firm = session.get_one(Connection, connection_id).firm.name
    done = run(visma_app, "connection", "check", "--firm", firm)
    assert done.exit_code == 1
    assert ": Aktiv (inte läst nu)" in done.output


def test_connection_check_needs_no_worker_to_see_that_an_outage_is_over(
    visma_app: Flask, visma: StandIn, session: Session
) -> None:
    connect(visma_app, visma)
    session.add(Pace(provider="visma", work="check", next_slot_at=now(), failures=AWAY_AFTER))
    session.commit()
    assert run(visma_app, "connection", "check").exit_code == 0
    session.expire_all()
    assert session.scalars(select(Pace.failures)).all() == [0]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--organisation-number", "12"], "Organisationsnumret stämmer inte."),
        (["--organisation-number", "556012-5790"], "Det finns ingen sådan koppling."),
        (["--firm", "Ingen AB"], "Det finns ingen byrå med det namnet."),
        ([], "Det finns ingen sådan koppling."),
    ],
)
def test_connection_check_reports_an_unknown_company(
    app: Flask, options: list[str], sentence: str
) -> None:
    done = run(app, "connection", "check", *options)
    assert done.exit_code == 1
    assert sentence in done.output
