"""A sample on its page and through the API: looked up, and fetched as one file."""

import io
import json
import zipfile

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.books import BookReader
from tests.support.client import Page
from tests.support.standin import StandIn
from wizard.models import Connection, Firm, Sample
from wizard.services.evidence import archive


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    return BookReader.connect(visma_app, visma)


def at(reader: BookReader) -> str:
    return f"{reader.at}/stickprov"


def test_index_shows_what_becomes_of_each_line(reader: BookReader) -> None:
    browser = reader.browser
    assert at(reader) in " ".join(browser.get(reader.at, 200).links)
    page = browser.post(at(reader), {"urval": "A12, A15\nA99\nhej"}, 200)
    assert "1 verifikat av 4 går att hämta" in page.words
    for told in ("Inget dokument är bifogat", "Finns inte", "Vi kunde inte läsa det här"):
        assert told in page.words
    assert reader.address("A-12") in page.links
    assert reader.openings() == []


def test_index_says_when_there_is_nothing_in_it(reader: BookReader) -> None:
    browser = reader.browser
    page = browser.post(at(reader), {"urval": " , "}, 200)
    assert "0 verifikat av 1 går att hämta" in page.words


def test_fetch_answers_the_zip_itself(reader: BookReader) -> None:
    browser = reader.browser
    page = browser.post(at(reader), {"urval": "A12, A99"}, 200)
    assert f"{at(reader)}/zip" in page.actions
    assert page.tree is not None
    token = next(
        one.get("value") for one in page.tree.iter("input") if one.get("name") == "csrf_token"
    )
    form = {"csrf_token": token, "ar": reader.year().id, "urval": "A12, A99"}
    answer = browser.client.post(f"{at(reader)}/zip", data=form)
    assert answer.headers["Content-Type"] == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        assert opened.testzip() is None
        assert opened.namelist()[1:] == ["underlag.csv", "underlag.json"]
        assert opened.namelist()[0].startswith("2026-02-07 A12 ")
    assert len(reader.openings()) == 1


def form_of(page: Page, text: str) -> dict[str, str]:
    """The form that fetches what the page has looked up."""
    assert page.tree is not None
    given = {one.get("name", ""): one.get("value", "") for one in page.tree.iter("input")}
    return {name: given[name] for name in ("csrf_token", "ar", "prov")} | {"urval": text}


def test_follow_shows_how_far_it_has_come_and_what_is_missing(
    reader: BookReader, session: Session
) -> None:
    browser, text = reader.browser, "A12, A6, A5, A99"
    page = browser.post(at(reader), {"urval": text}, 200)
    form = form_of(page, text)
    here = f"{at(reader)}/{form['prov']}"
    assert here in page.links
    assert "Här har inget hämtats" in browser.get(here, 404).words
    answer = browser.client.post(f"{at(reader)}/zip", data=form, buffered=False)
    pieces = answer.iter_encoded()
    while (row := session.scalars(select(Sample)).first()) is None or row.gone < 1:
        next(iter(pieces))
        session.rollback()
    assert (row.labels, row.made_by_id) == (["A12", "A6", "A5"], reader.owner.id)
    page = browser.get(here, 200)
    for told in ("Dokumenten hämtas", "av 3 verifikat", "Låt webbläsaren vara öppen"):
        assert told in page.words, told
    again = browser.client.post(f"{at(reader)}/zip", data=form)
    assert (again.status_code, again.headers["Location"]) == (303, here)
    answer.close()  # as when the browser goes away
    page = browser.get(here, 200)
    for told in ("Hämtningen bröts", "av 3 verifikat", "avklippt", "A5"):
        assert told in page.words, told
    assert "bröts" in browser.get(at(reader), 200).words
    page = browser.post(at(reader), {"urval": "A5", "ar": form["ar"]}, 200)
    assert "1 verifikat av 1 går att hämta" in page.words


def test_follow_says_that_all_is_sent_and_what_may_come_another_time(
    reader: BookReader, visma: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "PAUSE_SECONDS", 0.0)
    browser, text = reader.browser, "A5, A7, A1"
    form = form_of(browser.post(at(reader), {"urval": text}, 200), text)
    visma.configure(
        faults=[{"kind": "error_code", "value": 4007, "endpoints": ["customerinvoices"]}]
    )
    assert browser.client.post(f"{at(reader)}/zip", data=form).data
    page = browser.get(f"{at(reader)}/{form['prov']}", 200)
    for told in ("Hela filen är skickad", "2 av 2 verifikat", "1 verifikat saknas", "A7"):
        assert told in page.words, told
    visma.heal()
    visma.configure(faults=[])
    assert browser.client.post(f"{at(reader)}/zip", data=form).data
    page = browser.get(f"{at(reader)}/{form['prov']}", 200)
    assert "Att webbläsaren har sparat filen ser du där" in page.words
    assert "saknas" not in page.words.replace("saknas.txt", "")


def test_follow_knows_no_other_firms_sample(
    reader: BookReader, visma_app: Flask, visma: StandIn
) -> None:
    text = "A5"
    form = form_of(reader.browser.post(at(reader), {"urval": text}, 200), text)
    assert reader.browser.client.post(f"{at(reader)}/zip", data=form).data
    other = BookReader.connect(visma_app, visma)
    assert other.browser.get(f"{at(reader)}/{form['prov']}").status == 404
    assert other.browser.get(f"{at(other)}/{form['prov']}").status == 404


def test_the_api_answers_the_zip_itself(
    reader: BookReader, visma_app: Flask, database: Session
) -> None:
    row = database.get_one(Connection, reader.connection_id)
    platform = Platform.of(visma_app, database, database.get_one(Firm, row.firm_id))
    path = f"/connections/{row.public_id}/fiscal-years/{reader.year().id}/samples"
    answer = platform.ask("POST", path, 200, json={"vouchers": "A12, A5-A6"})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        manifest = json.loads(opened.read("underlag.json"))["manifest"]
    assert manifest["fetched_by"] == {"kind": "platform", "name": "Senseworks Analys"}
    assert len(manifest["documents"]) == 6
    assert [user for _, user in reader.openings()] == [None] * 6
    unknown = f"/connections/{row.public_id}/fiscal-years/{'0' * 32}/samples"
    assert platform.ask("POST", unknown, 404, json={"vouchers": "A1"}).cause == "not_found"
    assert platform.ask("POST", path, 422, json={"vouchers": ""}).cause == "invalid"


def test_too_many_at_once_are_told_to_wait(
    reader: BookReader, visma_app: Flask, database: Session
) -> None:
    row = database.get_one(Connection, reader.connection_id)
    platform = Platform.of(visma_app, database, database.get_one(Firm, row.firm_id))
    path = f"/connections/{row.public_id}/fiscal-years/{reader.year().id}/samples"
    taken = [archive._places.acquire(blocking=False) for _ in range(archive.AT_ONCE)]  # noqa: SLF001
    try:
        refused = platform.ask("POST", path, 429, json={"vouchers": "A12"})
        assert refused.headers["Retry-After"] == "60"
    finally:
        for one in taken:
            if one:
                archive._places.release()  # noqa: SLF001
