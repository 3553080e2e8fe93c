"""A backup restored elsewhere: connections are read and documents opened, and never beside the original."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.cli.running import run
from tests.conftest import SETTINGS
from tests.support.aftermath import until
from tests.support.books import BookReader
from tests.support.client import Browser
from tests.support.postgres import TestServer
from tests.support.programs import WORKER, program
from tests.support.standin import StandIn
from wizard.backups import programs
from wizard.models import AuditAction, AuditEntry, StaffSession
from wizard.services.upkeep import heartbeat

TAKE_OVER = ("backup", "take-over", "--original-is-stopped")
OTHER_KEY = "t1:" + base64.b64encode(bytes(range(32))).decode()
MakeApp = Callable[..., Flask]


def _backup(app: Flask, folder: Path) -> Path:
    file = folder / "backup"
    done = run(app, "backup", "create", str(file))
    assert done.exit_code == 0, done.output
    assert "Spara WIZARD_TOKEN_KEYS för sig" in done.output
    return file


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    """Of a connected company at the original."""
    return BookReader.connect(visma_app, visma)


@pytest.fixture
def backup(reader: BookReader, tmp_path: Path) -> Path:
    """A backup of the original."""
    return _backup(reader.app, tmp_path)


def test_a_restored_connection_is_read_and_its_document_opened(
    reader: BookReader,
    backup: Path,
    visma: StandIn,
    make_app: MakeApp,
    empty_database: Callable[[], str],
) -> None:
    copy = make_app(database_url=empty_database(), **visma.settings)
    restored = run(copy, "backup", "restore", str(backup))
    assert restored.exit_code == 0, restored.output
    assert "1 kopplingar" in restored.output
    assert "Behöver förnyas" in restored.output
    taken = run(copy, *TAKE_OVER)
    assert taken.exit_code == 0, taken.output
    there = BookReader(copy, visma, reader.connection_id, reader.company_id, reader.owner, "")
    checked = run(copy, "connection", "check")
    assert (checked.exit_code, "Aktiv" in checked.output) == (0, True), checked.output
    document = there.documents("A-2")[0]
    answer = Browser.open(copy, reader.owner).client.get(document)
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")


def test_a_copy_runs_nowhere_until_it_is_told_to(
    backup: Path, make_app: MakeApp, empty_database: Callable[[], str], tmp_path: Path
) -> None:
    url = empty_database()
    copy = make_app(database_url=url)
    assert run(copy, "backup", "restore", str(backup)).exit_code == 0
    health = copy.test_client().get("/healthz")
    assert health.status_code == 503
    assert "take-over --original-is-stopped" in health.get_json()["why"]
    refused = run(copy, "connection", "check")
    assert refused.exit_code == 1
    assert "Originalet får inte vara igång samtidigt" in refused.output
    careless = run(copy, "backup", "take-over")
    assert careless.exit_code == 1
    assert "Stoppa först originalets" in careless.output
    log = tmp_path / "log"
    with program(WORKER, log, database_url=url), copy.extensions["sessions"]() as session:
        until(lambda: "take-over --original-is-stopped" in log.read_text())
        assert heartbeat.pulse(session).workers == 0
        session.rollback()
        assert run(copy, *TAKE_OVER).exit_code == 0
        until(lambda: _workers(session) == 1)
    assert copy.test_client().get("/healthz").status_code == 200


def _workers(session: Session) -> int:
    session.rollback()
    return heartbeat.pulse(session).workers


def test_a_copy_made_by_other_means_is_held_too(
    server: TestServer, app: Flask, database_url: str, make_app: MakeApp
) -> None:
    app.extensions["engine"].dispose()
    url = server.copy(database_url, "twin")
    try:
        twin = make_app(database_url=url)
        assert "take-over" in twin.test_client().get("/healthz").get_json()["why"]
        twin.extensions["engine"].dispose()
    finally:
        server.drop("twin")


def test_one_that_runs_can_be_held_and_let_go(app: Flask) -> None:
    assert run(app, *TAKE_OVER).exit_code == 1
    held = run(app, "backup", "hold")
    assert (held.exit_code, "take-over" in held.output) == (0, True)
    assert app.test_client().get("/healthz").status_code == 503
    assert run(app, *TAKE_OVER).exit_code == 0
    assert app.test_client().get("/healthz").status_code == 200


def test_everybody_is_signed_out_of_a_copy_and_the_trail_says_who_took_over(
    app: Flask, reader: BookReader, session: Session
) -> None:
    assert reader.browser.get("/foretag").status == 200
    run(app, "backup", "hold")
    assert run(app, *TAKE_OVER).exit_code == 0
    assert not session.scalars(select(StaffSession).where(StaffSession.ended_at.is_(None))).all()
    entry = session.scalars(
        select(AuditEntry).where(AuditEntry.action == AuditAction.BULK_DONE)
    ).one()
    assert (entry.after or {})["done"] == "copy_took_over"
    assert entry.actor_name.endswith("backup take-over")


@pytest.mark.parametrize("keys", ["t2:" + OTHER_KEY[3:], OTHER_KEY], ids=["missing", "another"])
def test_without_the_keys_it_is_said_which(
    backup: Path, make_app: MakeApp, empty_database: Callable[[], str], visma: StandIn, keys: str
) -> None:
    copy = make_app(database_url=empty_database(), token_keys=keys, **visma.settings)
    for words in (("verify", str(backup)), ("restore", str(backup))):
        done = run(copy, "backup", *words)
        assert done.exit_code == 1
        assert "Nyckeln t1 saknas i WIZARD_TOKEN_KEYS" in done.output
        assert "Traceback" not in done.output
    assert run(copy, *TAKE_OVER).exit_code == 0
    checked = run(copy, "connection", "check")
    assert checked.exit_code == 1
    assert "Traceback" not in checked.output
    assert isinstance(checked.exception, SystemExit)


def test_a_database_with_tables_is_never_restored_into(app: Flask, backup: Path) -> None:
    done = run(app, "backup", "restore", str(backup))
    assert done.exit_code == 1
    assert "inte tom" in done.output


def test_a_damaged_file_leaves_the_database_empty(
    backup: Path, make_app: MakeApp, empty_database: Callable[[], str]
) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    copy = make_app(database_url=empty_database())
    for word in ("verify", "restore"):
        done = run(copy, "backup", word, str(backup))
        assert done.exit_code == 1
        assert "ingen hel säkerhetskopia" in done.output
    with copy.extensions["engine"].connect() as connection:
        assert connection.scalar(text("select to_regclass('public.users')")) is None


def test_a_whole_one_says_what_is_in_it(app: Flask, backup: Path) -> None:
    done = run(app, "backup", "verify", str(backup))
    assert done.exit_code == 0
    assert "är hel" in done.output
    assert "1 kopplingar" in done.output


def test_without_programs_it_is_said_what_to_install(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "_folders", lambda: iter([tmp_path]))
    done = run(app, "backup", "create", str(tmp_path / "backup"))
    assert done.exit_code == 1
    assert "apt install postgresql-client" in done.output


def test_an_empty_database_has_nothing_to_save(
    make_app: MakeApp, empty_database: Callable[[], str], tmp_path: Path
) -> None:
    bare = make_app(database_url=empty_database())
    done = run(bare, "backup", "create", str(tmp_path / "backup"))
    assert done.exit_code == 1
    assert "inga tabeller" in done.output
    assert run(bare, "backup", "hold").exit_code == 1


def test_a_newer_schema_is_left_to_newer_code(
    reader: BookReader,
    tmp_path: Path,
    make_app: MakeApp,
    empty_database: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = _backup(reader.app, tmp_path)
    monkeypatch.setattr("wizard.migrations.fitness.newest_revision", lambda: "0001")
    done = run(make_app(database_url=empty_database()), "backup", "restore", str(file))
    assert done.exit_code == 1
    assert "nyare schema" in done.output


def test_the_keys_of_tests_are_those_that_the_backup_names(backup: Path, app: Flask) -> None:
    assert SETTINGS["token_keys"].startswith("t1:")
    assert "nycklar: t1." in run(app, "backup", "verify", str(backup)).output
