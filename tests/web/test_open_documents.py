"""Documents that are being sent use half of the threads, and one reader's a quarter; then it is said when to come."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.books import BookReader
from tests.support.standin import StandIn
from wizard.models import Connection, Firm
from wizard.web.open_documents import OpenDocuments, opening


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    """A connected company, at a web server with four threads."""
    visma_app.extensions["open_documents"].limit(4)
    return BookReader.connect(visma_app, visma)


def test_one_document_of_a_reader_is_open_at_a_time_with_four_threads(reader: BookReader) -> None:
    browser, address = reader.browser, reader.documents("A-2")[0]
    first = browser.client.get(address)
    assert first.status_code == 200
    again = browser.get(address, 503)
    assert again.heading == "För många dokument är öppna just nu"
    assert int(again.headers["Retry-After"]) > 0
    assert browser.client.get("/konto").status_code == 200
    first.close()
    assert browser.client.get(address).status_code == 200


def test_a_key_is_told_when_to_come_again(
    reader: BookReader, visma_app: Flask, database: Session
) -> None:
    connection = database.get_one(Connection, reader.connection_id)
    platform = Platform.of(visma_app, database, database.get_one(Firm, connection.firm_id))
    *_, year, voucher, _, document = reader.documents("A-2")[0].split("/")
    path = (
        f"/connections/{connection.public_id}/fiscal-years/{year}"
        f"/vouchers/{voucher}/documents/{document}/content"
    )
    first = platform.get(path, 200)
    told = platform.get(path, 503)
    assert told.body["cause"] == "unavailable"
    assert int(told.headers["Retry-After"]) > 0
    assert first.status == 200


@pytest.mark.parametrize("threads", [1, 2, 4, 16, 64])
def test_half_of_the_threads_are_left(threads: int) -> None:
    documents = OpenDocuments()
    documents.limit(threads)
    readers = [f"user {number}" for number in range(threads + 1)]
    assert sum(documents.take(reader) for reader in readers) == max(1, threads // 2)
    for reader in readers[: max(1, threads // 2)]:
        documents.give_back(reader)
    assert sum(documents.take("user 0") for _ in readers) == max(1, threads // 4)


def test_a_view_that_fails_gives_back(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    documents: OpenDocuments = app.extensions["open_documents"]
    documents.limit(4)

    def fails() -> str:
        opening("user 1")
        raise RuntimeError

    app.add_url_rule("/fails", view_func=fails)
    answer = app.test_client().get("/fails")
    assert answer.status_code == 500
    answer.close()
    assert documents.take("user 1")
