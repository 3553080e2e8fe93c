"""The page that says what a manifest proves, with a file and without."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.services.evidence.test_archive import archive_of, zipped
from tests.support.books import BookReader
from tests.support.client import Page
from tests.support.standin import StandIn
from wizard.web.proof import views

At = Callable[..., Page]


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    return BookReader.connect(visma_app, visma)


@pytest.fixture
def judge(reader: BookReader) -> At:
    browser = reader.browser

    def send(manifest: bytes | None = None, file: bytes | None = None, status: int = 200) -> Page:
        data: dict[str, object] = {}
        if manifest is not None:
            data["underlag"] = (io.BytesIO(manifest), "underlag.json")
        if file is not None:
            data["fil"] = (io.BytesIO(file), "faktura.pdf")
        return browser.post("/bevis", data, status, content_type="multipart/form-data")

    return send


@pytest.fixture
def fetched(reader: BookReader, tmp_path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(zipped(archive_of(reader, "A12, A5"), tmp_path)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_index_says_when_and_from_where_and_what_it_proves(
    judge: At, fetched: dict[str, bytes], reader: BookReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "underlag.json" in reader.browser.get("/bevis", 200).words
    first = next(iter(fetched))
    page = judge(fetched["underlag.json"], fetched[first])
    for told in (
        "Vår signatur håller",
        "Norrtälje Bokbinderi AB",
        first,
        "A12",
        "Vad det visar",
        "inte visar",
    ):
        assert told in page.words
    changed = judge(fetched["underlag.json"], fetched[first] + b" ")
    assert "Filen är ingen av dem i listan" in changed.words
    monkeypatch.setattr(views, "LARGEST_FILE", 1000)  # the test's client leaves larger files open
    large = judge(fetched["underlag.json"], b"0" * 1001)
    assert "större än 25 MB" in large.words


def test_index_says_that_a_changed_list_proves_nothing(
    judge: At, fetched: dict[str, bytes]
) -> None:
    page = judge(fetched["underlag.json"].replace(b"A12", b"A13"))
    assert "Listan har ändrats sedan vi signerade den" in page.words
    assert "Norrtälje Bokbinderi AB" not in page.words


def test_index_says_that_a_file_without_its_list_cannot_be_judged(judge: At) -> None:
    assert "Vi sparar inget av det som hämtades" in judge(None, b"%PDF-").words
    assert "Det här är inte underlag.json" in judge(b"{}", b"%PDF-").words


@pytest.mark.usefixtures("half_past")
def test_index_is_counted(judge: At) -> None:
    for _ in range(60):
        judge(b"{}")
    judge(b"{}", status=429)
