"""The file of a backup: whole or not there, never over another, and any changed byte is noticed."""

import random
import stat
import subprocess
from pathlib import Path

import pytest

from wizard.backups import archive
from wizard.backups.archive import Manifest, Sink
from wizard.backups.errors import BackupError

MANIFEST = Manifest(
    made_at="2026-11-28T08:00:00+00:00",
    revision="0027",
    server=18,
    keys={"k1": (3, "0123456789abcdef")},
    rows={"users": 2},
)
DUMP = bytes(range(256)) * 700


def dump(into: Sink) -> None:
    """In pieces, as a pipe gives them."""
    for place in range(0, len(DUMP), 4000):
        into.write(DUMP[place : place + 4000])


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    archive.write(file, MANIFEST, dump)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with archive.opened(file) as (manifest, found):
        assert found.read() == DUMP
    assert (manifest.rows, manifest.server, list(manifest.keys)) == ({"users": 2}, 18, ["k1"])
    assert tuple(manifest.keys["k1"]) == MANIFEST.keys["k1"]


def test_tar_takes_the_dump_out(tmp_path: Path) -> None:
    archive.write(tmp_path / "backup", MANIFEST, dump)
    subprocess.run(["tar", "-xf", "backup", "database.dump"], cwd=tmp_path, check=True)
    assert (tmp_path / "database.dump").read_bytes() == DUMP


def test_nothing_is_written_over(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    file.write_text("something else")
    with pytest.raises(BackupError, match="finns redan"):
        archive.write(file, MANIFEST, dump)
    assert file.read_text() == "something else"


def test_a_dump_that_fails_leaves_no_file(tmp_path: Path) -> None:
    def fail(into: Sink) -> None:
        dump(into)
        raise BackupError("no")

    with pytest.raises(BackupError):
        archive.write(tmp_path / "backup", MANIFEST, fail)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="går inte att skriva i"):
        archive.write(tmp_path / "nowhere" / "backup", MANIFEST, dump)


def test_any_byte_that_is_lost_or_changed_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "backup"
    archive.write(file, MANIFEST, dump)
    whole, dice = file.read_bytes(), random.Random(1)
    inside = 512 + len(DUMP)
    for _ in range(50):
        place = dice.randrange(512, inside)
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        _is_refused(file)
        file.write_bytes(whole[: dice.randrange(inside)])
        _is_refused(file)


@pytest.mark.parametrize("content", [b"", b"PGDMP and more", bytes(10_240)])
def test_another_file_is_no_backup(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "backup").write_bytes(content)
    _is_refused(tmp_path / "backup")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="finns inte"), archive.opened(tmp_path / "backup"):
        pass


def _is_refused(file: Path) -> None:
    with pytest.raises(BackupError, match="ingen hel säkerhetskopia"), archive.opened(file):
        pass
