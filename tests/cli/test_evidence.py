"""The command that says whether a sample's file is as it was fetched."""

from pathlib import Path

from flask import Flask

from tests.services.evidence.test_archive import archive_of, zipped
from tests.support.books import BookReader
from tests.support.standin import StandIn


def test_verify_says_when_from_where_and_what_it_proves(
    visma_app: Flask, visma: StandIn, tmp_path: Path
) -> None:
    file = zipped(archive_of(BookReader.connect(visma_app, visma), "A12, A5"), tmp_path)
    runner = visma_app.test_cli_runner()
    told = runner.invoke(args=["evidence", "verify", str(file)])
    assert told.exit_code == 0, told.output
    assert "Signaturen är vår" in told.output
    assert "Norrtälje Bokbinderi AB" in told.output
    assert "2 av 2 dokument är som de hämtades" in told.output
    assert "Det visar inte" in told.output
    file.write_bytes(file.read_bytes().replace(b"%PDF-", b"%PDX-", 1))
    changed = runner.invoke(args=["evidence", "verify", str(file)])
    assert changed.exit_code == 1
    assert "ändrad" in changed.output
    other = tmp_path / "annat.zip"
    other.write_bytes(b"PK nothing")
    none = runner.invoke(args=["evidence", "verify", str(other)])
    assert none.exit_code == 1
    assert "vi sparar inget" in none.output
