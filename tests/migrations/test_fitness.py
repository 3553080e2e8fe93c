"""A schema of another version is noticed and named, and nobody uses it."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support.programs import WORKER, program
from wizard.migrations import fitness
from wizard.migrations.fitness import misfit, newest_revision
from wizard.services.upkeep import heartbeat

PATIENCE = 120.0
SET = text("update alembic_version set version_num = :revision, oldest_code = :oldest")


@pytest.fixture
def other_schema(session: Session) -> Iterator[Session]:
    """A session at a database whose revision is put right afterwards."""
    before = session.scalar(text(fitness.SCHEMA))
    yield session
    session.rollback()
    session.execute(SET, {"revision": before["version_num"], "oldest": before["oldest_code"]})
    session.commit()


@pytest.mark.parametrize(
    ("schema", "code", "said"),
    [
        (None, "0024", "Kör flask db upgrade"),
        ({"version_num": "0023"}, "0024", "Kör flask db upgrade"),
        ({"version_num": "0023", "oldest_code": "0023"}, "0024", "Kör flask db upgrade"),
        ({"version_num": "0024", "oldest_code": "0024"}, "0024", None),
        ({"version_num": "0024"}, "0024", None),
        ({"version_num": "0025", "oldest_code": "0024"}, "0024", None),
        ({"version_num": "0025", "oldest_code": "0025"}, "0024", "Starta den nya koden"),
        ({"version_num": "0025"}, "0024", "Starta den nya koden"),
        ({"version_num": "0026", "oldest_code": "0025"}, "0024", "Starta den nya koden"),
    ],
)
def test_schema_and_code_fit_if_each_serves_the_other(
    schema: dict[str, str] | None, code: str, said: str | None
) -> None:
    sentence = misfit(schema, code)
    assert (sentence is None) if said is None else said in (sentence or "")


def test_the_schema_says_which_code_it_serves(session: Session) -> None:
    found = session.scalar(text(fitness.SCHEMA))
    assert found["version_num"] == newest_revision()
    assert found["oldest_code"] <= newest_revision()


def test_the_health_check_names_the_command(app: Flask, other_schema: Session) -> None:
    other_schema.execute(SET, {"revision": "0001", "oldest": "0001"})
    other_schema.commit()
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert "flask db upgrade" in answer.get_json()["why"]


def test_a_worker_waits_for_the_schema_and_says_so_once(
    other_schema: Session, database_url: str, tmp_path: Path
) -> None:
    other_schema.execute(SET, {"revision": "0001", "oldest": "0001"})
    other_schema.commit()
    log = tmp_path / "log"
    with program(WORKER, log, database_url=database_url) as worker:
        _until(lambda: "flask db upgrade" in log.read_text())
        time.sleep(4)  # in which it used to begin again four times
        assert worker.poll() is None
        assert log.read_text().count("flask db upgrade") == 1
        assert "worker_begins_again" not in log.read_text()
        assert heartbeat.pulse(other_schema).workers == 0
        other_schema.rollback()
        right = newest_revision()
        other_schema.execute(SET, {"revision": right, "oldest": right})
        other_schema.commit()
        _until(lambda: _workers(other_schema) == 1)


def _workers(session: Session) -> int:
    session.rollback()
    return heartbeat.pulse(session).workers


def _until(happened: object) -> None:
    assert callable(happened)
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.1)
