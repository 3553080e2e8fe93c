"""The list of all connections: by status, by search, page by page, without their tokens."""

import pytest
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from wizard.models import Company, Connection, ConnectionStatus, KeyPurpose
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


def test_a_connection_is_found_with_its_history(session: Session, three: list[str]) -> None:
    found = connection_directory.find(session, three[2])
    assert found is not None
    connection, row, events = found
    assert connection.public_id == three[2]
    assert (row.company_name, row.cause) == ("Främmande AB", "permission_missing")
    assert len(events) == 2
    assert connection_directory.find(session, "unknown") is None
