"""A sample of sixty with every kind of trouble, as a ZIP that Debian's unzip opens."""

import csv
import hashlib
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.books import HOSTILE, BookReader
from tests.support.consents import consent_for
from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, HERS
from wizard.models import AuditAction, AuditEntry, Connection
from wizard.services.evidence.archive import AT_ONCE, Archive, TooManyArchivesError
from wizard.services.evidence.finding import look_up
from wizard.services.evidence.samples import read_sample
from wizard.web.sample.archives import made


def archive_of(reader: BookReader, sample: str, year: str = "") -> Archive:
    """The archive of a sample, fetched by the member."""
    found = look_up(reader.context, reader.connection_id, year, read_sample(sample))
    with reader.app.test_request_context():
        return made("visma", reader.row(), found, reader.owner, reader.context)


def zipped(archive: Archive, folder: Path) -> Path:
    """The file that somebody downloads."""
    file = folder / "stickprov.zip"
    with file.open("wb") as out:
        for piece in archive.pieces():
            out.write(piece)
    return file


def manifest_in(file: Path) -> dict[str, Any]:
    with zipfile.ZipFile(file) as opened:
        found: dict[str, Any] = json.loads(opened.read("underlag.json"))
    return found


@pytest.fixture
def hostile(visma_app: Flask, visma: StandIn) -> BookReader:
    visma.configure(
        slow_seconds=1,
        faults=[{"kind": "error_code", "value": 4007, "endpoints": ["customerinvoices"]}],
    )
    return BookReader.connect(visma_app, visma, HOSTILE)


def test_a_sample_of_sixty_with_every_kind_of_trouble(hostile: BookReader, tmp_path: Path) -> None:
    sample = "A1-A57\nB1\ninte ett nummer\n2026-02-07"
    file = zipped(archive_of(hostile, sample), tmp_path)
    told = subprocess.run(["unzip", "-t", str(file)], capture_output=True, text=True, check=True)
    assert "No errors detected" in told.stdout
    subprocess.run(["unzip", "-q", str(file), "-d", str(tmp_path / "out")], check=True)
    manifest = manifest_in(file)["manifest"]
    whys = {
        one["voucher"]["label"] if one["voucher"] else one["asked"]: one["why"]
        for one in manifest["missing"]
    }
    assert whys["A7"] == "cut"
    assert whys["A12"] == "too_large"
    assert whys["A13"] == "empty"
    assert whys["A21"] == "refused"
    assert whys["A14"] in {"away", "refused"}  # sent on to an address of nobody's
    assert whys["A22"] == whys["A57"] == whys["B1"] == "not_found"
    assert whys["inte ett nummer"] == whys["2026-02-07"] == "unreadable"
    assert len(manifest["documents"]) + len(manifest["missing"]) == 60
    page = next(one for one in manifest["documents"] if one["voucher"]["label"] == "A1")
    assert page["name"] == "Faktura.pdf"
    assert (
        page["file"] == "2026-01-05 A1 Webbsida som kallar sig pdf.pdf"
    )  # which no reader takes for one
    assert page["media_type"] == "application/octet-stream"
    for one in manifest["documents"]:
        content = (tmp_path / "out" / one["file"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (one["size"], one["sha256"])
        assert not set(one["file"]) & set('\\/:*?"<>|')
    again = (tmp_path / "out" / "saknas.txt").read_text().split()
    assert {"A7", "A21"} <= set(again)
    assert "A12" not in again  # it is as large the next time
    checked = hostile.app.test_cli_runner().invoke(args=["evidence", "verify", str(file)])
    assert checked.exit_code == 0, checked.output
    whole = len(manifest["documents"])
    assert f"{whole} av {whole} dokument är som de hämtades" in checked.output


def test_the_manifest_says_what_from_where_when_and_by_whom(
    visma_app: Flask, visma: StandIn, tmp_path: Path
) -> None:
    reader = BookReader.connect(visma_app, visma)
    with visma_app.extensions["sessions"].begin() as session:
        row = session.get_one(Connection, reader.connection_id)
        number = consent_for(session, row.invitation_id, row.id).public_id
    file = zipped(archive_of(reader, "A12, A6, A1, L 217"), tmp_path)
    whole = manifest_in(file)
    manifest = whole["manifest"]
    assert manifest["company"] == {"name": HERS, "organisation_number": HER_NUMBER}
    assert manifest["fetched_by"] == {
        "kind": "staff",
        "name": f"{reader.owner.name}, {reader.owner.email}",
    }
    assert manifest["consent"]["number"] == number
    assert [one["voucher"]["label"] for one in manifest["documents"]] == ["A12", *["A6"] * 4]
    names = [one["file"] for one in manifest["documents"]]
    assert names[0] == "2026-02-07 A12 Leverantörsfaktura papper.pdf"
    assert names[1:] == [
        "2026-01-20 A6 Flera bilagor.pdf",
        "2026-01-20 A6 Flera bilagor.jpg",
        "2026-01-20 A6 Flera bilagor.png",
        "2026-01-20 A6 Flera bilagor.tiff",
    ]
    assert {one["why"] for one in manifest["missing"]} == {"without_documents", "not_found"}
    assert whole["signature"]["key"] == "e1"
    with zipfile.ZipFile(file) as opened:
        table = opened.read("underlag.csv").decode("utf-8")
    assert table.startswith("\ufeffV")
    rows = list(csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == 1 + len(manifest["documents"]) + len(manifest["missing"])
    assert rows[1][3] == "2225,00"
    assert rows[1][8] == manifest["documents"][0]["sha256"]


def test_each_document_is_in_the_history_and_the_trail(
    visma_app: Flask, visma: StandIn, tmp_path: Path
) -> None:
    reader = BookReader.connect(visma_app, visma)
    zipped(archive_of(reader, "A12, A6, A1"), tmp_path)
    labels = [label for label, user in reader.openings() if user == reader.owner.id]
    assert labels == ["A12 (2026-02-07)", *["A6 (2026-01-20)"] * 4]
    with visma_app.extensions["sessions"]() as session:
        read = select(func.count()).where(AuditEntry.action == AuditAction.DOCUMENTS_READ)
        assert session.scalar(read) == 5


def test_the_rest_is_listed_when_the_connection_ends_or_visma_is_away(
    visma_app: Flask, visma: StandIn, tmp_path: Path
) -> None:
    reader = BookReader.connect(visma_app, visma)
    archive = archive_of(reader, "A2, A4, A5, A6, A9")
    visma.fail("attachments", "status", 503)
    manifest = manifest_in(zipped(archive, tmp_path))["manifest"]
    assert [one["why"] for one in manifest["missing"]] == ["away"] * 5
    assert manifest["documents"] == []
    visma.heal()
    for grant in visma.grants():
        visma.end_grant(grant.id)
    manifest = manifest_in(zipped(archive_of_again(archive), tmp_path))["manifest"]
    assert {one["why"] for one in manifest["missing"]} <= {"ended", "refused", "away"}


def archive_of_again(archive: Archive) -> Archive:
    """The same sample, asked for once more."""
    return Archive(
        archive.context, archive.connection_id, archive.origin, archive.year, archive.items,
        archive.signer, archive.words, archive.reader,
    )  # fmt: skip


def test_a_sample_waits_for_the_call_budget(
    visma_app: Flask, visma: StandIn, tmp_path: Path
) -> None:
    reader = BookReader.connect(visma_app, visma)
    archive = archive_of(reader, "A5, A9")
    gate = visma_app.extensions["engine"]
    with gate.begin() as line:  # somebody else has used the budget for the next seconds
        line.exec_driver_sql(
            "update call_permits set free_at = now() + interval '4 seconds' where endpoint = 'attachments'"
        )
    manifest = manifest_in(zipped(archive, tmp_path))["manifest"]
    assert len(manifest["documents"]) == 2


def test_a_process_makes_four_at_a_time(visma_app: Flask, visma: StandIn) -> None:
    reader = BookReader.connect(visma_app, visma)
    archives = [archive_of(reader, "A5") for _ in range(AT_ONCE + 1)]
    for one in archives[:AT_ONCE]:
        one.begin()
    with pytest.raises(TooManyArchivesError):
        archives[-1].begin()
    archives[0].end()
    archives[0].end()
    archives[-1].begin()
    for one in archives:
        one.end()
