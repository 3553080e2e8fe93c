"""The list of all connections: by status, by search, page by page, without their tokens."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from tests.support.transactions import Statements
from wizard.models import Company, Connection, ConnectionStatus, KeyPurpose
from wizard.services import pages
from wizard.services.connections import connection_directory
from wizard.services.invitations import lifecycle

ENDED = ConnectionStatus.DISCONNECTED


def connect(session: Session, company: Company, **changes: object) -> Connection:
    link = lifecycle.activate(session, company, "visma", None, KeyPurpose.COPIED)
    return make_connection(session, link, **changes)


@pytest.fixture
def three(session: Session, cast: Cast) -> list[str]:
    """An ended connection and an active one of a company, and one of another firm's in need."""
    return [
        connect(session, cast.company, status=ENDED).public_id,
        connect(session, cast.company).public_id,
        connect(
            session,
            cast.other_company,
            status=ConnectionStatus.RENEWAL_NEEDED,
            cause="permission_missing",
        ).public_id,
    ]


def test_all_firms_connections_are_listed_newest_first(session: Session, three: list[str]) -> None:
    found = connection_directory.list_page(session)
    assert [row.public_id for row in found.rows] == three[::-1]
    assert [row.firm_name for row in found.rows] == ["Andra Byrån AB", "Byrån AB", "Byrån AB"]
    assert found.next_cursor is None


def test_a_status_and_a_search_narrow_the_list(session: Session, three: list[str]) -> None:
    def ids(status: ConnectionStatus | None, search: str) -> list[str]:
        return [
            row.public_id for row in connection_directory.list_page(session, status, search).rows
        ]

    assert ids(ENDED, "") == [three[0]]
    assert ids(None, "ängs") == [three[1], three[0]]
    assert ids(ENDED, "5591") == [three[0]]
    assert ids(None, "bageri") == []


def test_pages_follow_each_other(
    session: Session, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    first = connection_directory.list_page(session)
    assert first.next_cursor == first.rows[-1].public_id
    second = connection_directory.list_page(session, after=first.next_cursor)
    assert [row.public_id for row in second.rows] == three[:1]
    assert connection_directory.list_page(session, after="unknown").rows == []


def test_what_a_search_finds_follows_in_the_order_of_names(
    session: Session, three: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    first = connection_directory.list_page(session, search="ängs")
    second = connection_directory.list_page(session, search="ängs", after=first.next_cursor or "")
    assert [first.rows[0].public_id, second.rows[0].public_id] == [three[1], three[0]]
    assert second.next_cursor is None


def test_counting_stops_where_the_number_is_worth_nothing(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_directory, "MOST_COUNTED", 2)
    for _ in range(4):
        connect(session, cast.company, status=ENDED)
    connect(session, cast.company)
    assert connection_directory.counts(session) == {
        "active": 1,
        "disturbed": 0,
        "our_fault": 0,
        "renewal_needed": 0,
        "disconnected": 3,
    }


@pytest.mark.usefixtures("three")
def test_a_list_and_its_counts_are_a_statement_each(
    session: Session, statements: Callable[[], Statements]
) -> None:
    session.expunge_all()
    with statements() as sent:
        connection_directory.list_page(session)
        connection_directory.counts(session)
    assert len(sent) == 2


def test_a_connection_is_found_with_its_history(session: Session, three: list[str]) -> None:
    found = connection_directory.find(session, three[2])
    assert found is not None
    connection, row, events = found
    assert connection.public_id == three[2]
    assert (row.company_name, row.cause) == ("Främmande AB", "permission_missing")
    assert len(events) == 2
    assert connection_directory.find(session, "unknown") is None
