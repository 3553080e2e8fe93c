"""Vouchers and documents by the API: found, opened byte for byte, and told when they cannot be."""

import socket

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.api_client import Platform
from tests.support.books import HOSTILE, BookReader
from tests.support.standin import StandIn
from tests.support.transactions import Statements
from wizard.models import Actor, Connection, ConnectionStatus, Event, EventKind, Firm
from wizard.web.file_responses import STALL_SECONDS

SECONDS = 20.0


@pytest.fixture
def reader(visma_app: Flask, visma: StandIn) -> BookReader:
    """A connected company."""
    return BookReader.connect(visma_app, visma)


@pytest.fixture
def books(visma_app: Flask, database: Session, reader: BookReader) -> tuple[Platform, str]:
    """A key to its firm, and where its fiscal years are."""
    return key_to(visma_app, database, reader)


def key_to(app: Flask, database: Session, reader: BookReader) -> tuple[Platform, str]:
    """A key to a reader's firm, and where its fiscal years are."""
    connection = database.get_one(Connection, reader.connection_id)
    platform = Platform.of(app, database, database.get_one(Firm, connection.firm_id))
    return platform, f"/connections/{connection.public_id}/fiscal-years"


def fetched(reader: BookReader, document_id: str) -> bytes:
    """The document as the accounting program has it."""
    provider = reader.context.provider
    place = provider.whereabouts(reader.token, document_id, timeout=SECONDS)
    assert place is not None
    file = provider.fetch(reader.token, place, timeout=SECONDS)
    try:
        return b"".join(file.pieces())
    finally:
        file.close()


def test_a_voucher_is_found_by_year_series_and_number(books: tuple[Platform, str]) -> None:
    platform, years = books
    newest = platform.get(years, 200).body["items"][0]
    assert newest["start"] < newest["end"]
    vouchers = f"{years}/{newest['id']}/vouchers"
    found = platform.get(f"{vouchers}?series=a&number=12", 200).body["items"]
    assert [each["label"] for each in found] == ["A12"]
    read = platform.get(f"{vouchers}/{found[0]['id']}", 200).body
    assert read["rows"]
    assert sum(float(row["debit"]) - float(row["credit"]) for row in read["rows"]) == 0
    page = platform.get(vouchers, 200).body
    assert page["total"] >= len(page["items"]) > 0
    assert platform.get(f"{vouchers}?number=999999", 200).body["items"] == []
    platform.get(f"{vouchers}/00000000-0000-4000-8000-000000000000", 404)


def test_a_document_is_opened_byte_for_byte_and_told_in_the_history(
    books: tuple[Platform, str], reader: BookReader, database: Session
) -> None:
    platform, years = books
    year = platform.get(years, 200).body["items"][0]["id"]
    at = f"{years}/{year}/vouchers"
    voucher = platform.get(f"{at}?series=A&number=12", 200).body["items"][0]
    document = platform.get(f"{at}/{voucher['id']}/documents", 200).body["items"][0]
    opened = platform.get(f"{at}/{voucher['id']}/documents/{document['id']}/content", 200)
    assert opened.data == fetched(reader, document["id"])
    assert opened.headers["Content-Disposition"].startswith("attachment; filename=")
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    assert int(opened.headers["Content-Length"]) == len(opened.data)
    event = database.scalars(select(Event).where(Event.kind == EventKind.DOCUMENT_OPENED)).one()
    assert (event.actor, event.note) == (Actor.PLATFORM, "A12 (2026-02-07)")
    assert event.api_key is not None
    platform.get(f"{at}/{voucher['id']}/documents/unknown/content", 404)


def test_a_part_of_a_document_is_given_and_looking_is_no_opening(
    books: tuple[Platform, str], reader: BookReader
) -> None:
    platform, years = books
    year = platform.get(years, 200).body["items"][0]["id"]
    at = f"{years}/{year}/vouchers"
    voucher = platform.get(f"{at}?series=A&number=12", 200).body["items"][0]
    document = platform.get(f"{at}/{voucher['id']}/documents", 200).body["items"][0]
    content = f"{at}/{voucher['id']}/documents/{document['id']}/content"
    bearer = {"Authorization": f"Bearer {platform.secret}"}
    looked = platform.client.head(f"/api/v1{content}", headers=bearer)
    assert (looked.status_code, looked.headers["Allow"]) == (405, "GET, OPTIONS")
    assert reader.openings() == []
    whole = platform.get(content, 200)
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = platform.get(content, 206, headers={"Range": "bytes=10-99"})
    assert part.data == whole.data[10:100]
    assert part.headers["Content-Range"] == f"bytes 10-99/{len(whole.data)}"
    assert part.headers["Content-Type"] == whole.headers["Content-Type"]
    assert len(reader.openings()) == 1
    beyond = platform.get(content, 416, headers={"Range": f"bytes={len(whole.data)}-"})
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole.data)}"
    assert platform.get(content, 200, headers={"Range": "lines=1-2"}).data == whole.data


def test_reading_on_with_another_key_is_another_opening(
    books: tuple[Platform, str], reader: BookReader, visma_app: Flask, database: Session
) -> None:
    platform, years = books
    year = platform.get(years, 200).body["items"][0]["id"]
    at = f"{years}/{year}/vouchers"
    voucher = platform.get(f"{at}?series=A&number=12", 200).body["items"][0]
    document = platform.get(f"{at}/{voucher['id']}/documents", 200).body["items"][0]
    content = f"{at}/{voucher['id']}/documents/{document['id']}/content"
    part = {"headers": {"Range": "bytes=10-99"}}
    platform.get(content, 200)
    other, _ = key_to(visma_app, database, reader)
    for _ in range(2):  # the first part that a key reads is its opening, and the next is more of it
        platform.get(content, 206, **part)
        other.get(content, 206, **part)
    opened = select(Event.api_key_id).where(Event.kind == EventKind.DOCUMENT_OPENED)
    keys = list(database.scalars(opened))
    assert len(keys) == len(set(keys)) == 2


def test_a_reader_who_takes_nothing_is_let_go(reader: BookReader) -> None:
    here, there = socket.socketpair()
    with here, there:
        options = {"gunicorn.socket": here}
        reader.browser.client.get(reader.documents("A-2")[0], environ_overrides=options)
        assert here.gettimeout() == STALL_SECONDS


def test_a_hostile_file_is_only_ever_saved(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    reader = BookReader.connect(visma_app, visma, HOSTILE)
    platform, years = key_to(visma_app, database, reader)
    year = platform.get(years, 200).body["items"][0]["id"]
    at = f"{years}/{year}/vouchers"
    for voucher in platform.get(at, 200).body["items"][:4]:
        for document in platform.get(f"{at}/{voucher['id']}/documents", 200).body["items"]:
            opened = platform.get(f"{at}/{voucher['id']}/documents/{document['id']}/content")
            if opened.status == 200:
                assert "html" not in opened.headers["Content-Type"]
                assert opened.headers["Content-Disposition"].startswith("attachment")


def test_the_accounting_program_away_is_a_problem_to_wait_for(
    books: tuple[Platform, str], visma: StandIn
) -> None:
    platform, years = books
    visma.fail("fiscalyears", "status", 503)
    away = platform.get(years, 503)
    assert away.cause.endswith("_unavailable")
    assert int(away.headers["Retry-After"]) > 0


def test_an_ended_connection_and_one_to_renew_say_so(
    books: tuple[Platform, str], reader: BookReader, database: Session
) -> None:
    platform, years = books
    connection = database.get_one(Connection, reader.connection_id)
    connection.status, connection.cause = ConnectionStatus.RENEWAL_NEEDED, "consent_ended"
    connection.grant_id = None
    database.commit()
    assert platform.get(years, 409).cause == "consent_ended"
    connection.status = ConnectionStatus.DISCONNECTED
    database.commit()
    assert platform.get(years, 409).cause == "disconnected"


def test_check_reads_for_real(
    books: tuple[Platform, str], visma: StandIn, database: Session
) -> None:
    platform, years = books
    at = years.removesuffix("/fiscal-years")
    assert platform.post(f"{at}/check", status=200).body["status"] == "active"
    visma.fail("companysettings", "status", 503)
    assert platform.post(f"{at}/check", status=200).body["status"] == "disturbed"
    actors = select(Event.actor).where(Event.kind == EventKind.CHECKED_BY_HAND)
    assert set(database.scalars(actors)) == {Actor.PLATFORM}


def test_a_voucher_takes_four_statements_of_ours_at_most(
    books: tuple[Platform, str], visma_app: Flask
) -> None:
    platform, years = books
    platform.get(years, 200)
    with Statements(visma_app.extensions["engine"]) as sent:
        platform.get(years, 200)
    budgeting = [
        statement for statement in sent if "api" in statement or "connections" in statement
    ]
    assert len(budgeting) <= 4, sent
