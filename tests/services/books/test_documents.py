"""An opening is in the history before its bytes are given out, and only if there are any."""

from threading import Event as Signal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from tests.support.books import BookReader
from tests.support.standin import StandIn
from wizard.providers.base import ByteRange, Document, ProviderError, Voucher
from wizard.services.books import documents, vouchers
from wizard.services.books.documents import OpenDocument, Place, open_document
from wizard.services.books.labels import Label
from wizard.services.books.media_types import Kind

SECONDS = 20.0
DATED = "A2 (2026-01-08)"


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    """A connected company."""
    return BookReader.connect(visma_app, visma)


def shown(reader: BookReader, number: int) -> tuple[Voucher, list[Document]]:
    """A voucher of series A, with its documents."""
    ask = reader.context, reader.connection_id, reader.year().id
    found = vouchers.show(*ask, Label("A", number))
    return found.vouchers[0], found.documents


def place(reader: BookReader, number: int) -> Place:
    """Where the first document of a voucher is."""
    voucher, found = shown(reader, number)
    return Place(reader.year().id, voucher.id, found[0].id)


def opening(reader: BookReader, where: Place, **how: Any) -> OpenDocument | None:
    return open_document(
        reader.context, reader.connection_id, where, staff=reader.owner, seconds=SECONDS, **how
    )


def test_a_document_comes_whole_with_its_line_in_the_history(reader: BookReader) -> None:
    opened = opening(reader, place(reader, 2))
    assert opened
    assert (opened.label, opened.kind) == (DATED, Kind.PDF)
    assert opened.name.endswith(".pdf")
    assert reader.openings() == [(DATED, reader.owner.id)]
    content = b"".join(opened.file.pieces())
    assert content.startswith(b"%PDF")
    assert opened.file.length == len(content)


def test_more_of_what_is_open_is_not_opened_again_but_by_another_it_is(reader: BookReader) -> None:
    where = place(reader, 2)
    for how in ({}, {"again": True}, {"wanted": ByteRange(100, None)}):
        opened = opening(reader, where, **how)
        assert opened
        opened.file.close()
    assert len(reader.openings()) == 1
    opened = open_document(reader.context, reader.connection_id, where, again=True, seconds=SECONDS)
    assert opened
    opened.file.close()
    assert reader.openings() == [(DATED, reader.owner.id), (DATED, None)]


def test_a_document_of_another_voucher_is_not_there_and_leaves_no_line(reader: BookReader) -> None:
    mine, others = place(reader, 2), place(reader, 5)
    assert opening(reader, Place(mine.year_id, mine.voucher_id, others.document_id)) is None
    assert opening(reader, Place(mine.year_id, "finnsinte", mine.document_id)) is None
    assert reader.openings() == []


def test_a_known_label_saves_the_question_for_the_voucher(
    reader: BookReader, visma: StandIn
) -> None:
    where = place(reader, 2)
    visma.clear_counters()
    opened = opening(reader, where, known=DATED)
    assert opened
    opened.file.close()
    assert {name for name in visma.counters() if name.startswith("api:")} == {"api:attachments"}
    assert reader.openings() == [(DATED, reader.owner.id)]


def test_the_line_is_taken_back_when_no_byte_comes(reader: BookReader, visma: StandIn) -> None:
    where = place(reader, 2)
    visma.fail("file", "status", 503)
    with pytest.raises(ProviderError):
        opening(reader, where)
    assert reader.openings() == []


def test_no_byte_is_given_out_whose_line_cannot_be_written(
    reader: BookReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    where, closed = place(reader, 2), Signal()
    fetch = reader.context.provider.fetch

    def fetch_and_watch(*given: Any, **named: Any) -> Any:
        file = fetch(*given, **named)
        close = file.close

        def note_and_close() -> None:
            close()
            closed.set()

        monkeypatch.setattr(file, "close", note_and_close)
        return file

    def away(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("away"))

    monkeypatch.setattr(reader.context.provider, "fetch", fetch_and_watch)
    monkeypatch.setattr(documents, "_record", away)
    with pytest.raises(OperationalError):
        opening(reader, where)
    assert closed.wait(SECONDS)
