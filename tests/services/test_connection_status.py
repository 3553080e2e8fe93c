"""A connection changes in one place, each change is told once, and an end is for ever."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.connections import make_connection
from wizard.causes import Cause
from wizard.models import Actor, Connection, ConnectionStatus, Event, EventKind, KeyPurpose
from wizard.providers.base import ProviderError
from wizard.services import connection_status
from wizard.services.connection_status import disturb, end, need_renewal, prove, renew
from wizard.services.invitations import lifecycle

AWAY = ProviderError(Cause.PROVIDER_UNAVAILABLE, transient=True, code="503", error_id="0f1e")
OURS = ProviderError(Cause.OUR_CONFIGURATION, code="4034")
CHANGES = (
    EventKind.DISTURBED,
    EventKind.RESTORED,
    EventKind.RENEWAL_NEEDED,
    EventKind.RENEWED,
    EventKind.DISCONNECTED,
)


@pytest.fixture
def connection(session: Session, cast: Cast) -> Connection:
    """A connection that works."""
    link = lifecycle.activate(session, cast.company, "visma", cast.owner, KeyPurpose.COPIED)
    return make_connection(session, link)


def told(session: Session) -> list[tuple[EventKind, str | None]]:
    """The changes in the history, with their causes."""
    session.commit()
    found = select(Event.kind, Event.cause).where(Event.kind.in_(CHANGES)).order_by(Event.id)
    return [(kind, cause) for kind, cause in session.execute(found)]


def test_a_disturbance_is_told_once_and_explained_as_it_is_now(
    session: Session, connection: Connection
) -> None:
    disturb(session, connection, AWAY)
    began = connection.status_since
    disturb(session, connection, AWAY)
    assert told(session) == [(EventKind.DISTURBED, "visma_unavailable")]
    assert (connection.status, connection.status_since) == (ConnectionStatus.DISTURBED, began)
    disturb(session, connection, OURS)
    assert (connection.cause, connection.provider_code) == ("our_configuration", "4034")
    assert connection.provider_error_id is None


def test_a_fault_of_ours_is_a_state_of_its_own(session: Session, connection: Connection) -> None:
    seen = []
    for error in (OURS, AWAY, OURS):
        disturb(session, connection, error)
        seen.append((connection.status.value, connection.untold))
    prove(session, connection)
    assert seen == [("our_fault", False), ("disturbed", True), ("our_fault", False)]
    assert told(session) == [
        (EventKind.DISTURBED, "our_configuration"),
        (EventKind.DISTURBED, "visma_unavailable"),
        (EventKind.DISTURBED, "our_configuration"),
        (EventKind.RESTORED, None),
    ]


def test_what_needs_renewal_is_not_disturbed_by_an_outage(
    session: Session, connection: Connection
) -> None:
    need_renewal(session, connection, Cause.CONSENT_ENDED)
    disturb(session, connection, AWAY)
    assert (connection.status, connection.cause) == (
        ConnectionStatus.RENEWAL_NEEDED,
        "consent_ended",
    )


def test_a_need_of_renewal_is_told_once_for_each_cause(
    session: Session, connection: Connection
) -> None:
    for cause in (Cause.CONSENT_ENDED, Cause.CONSENT_ENDED, Cause.APPROVER_GONE):
        need_renewal(session, connection, cause)
    needed = EventKind.RENEWAL_NEEDED
    assert told(session) == [(needed, "consent_ended"), (needed, "approver_gone")]


def test_a_read_that_succeeds_restores_it_and_one_more_tells_nothing(
    session: Session, connection: Connection
) -> None:
    disturb(session, connection, AWAY)
    for _ in range(2):
        read = connection.last_read_at
        prove(session, connection)
        assert connection.last_read_at > read
    assert told(session)[1:] == [(EventKind.RESTORED, None)]
    assert (connection.cause, connection.provider_code) == (None, None)


def test_a_renewal_is_told_though_the_connection_worked(
    session: Session, connection: Connection
) -> None:
    renew(session, connection)
    assert told(session) == [(EventKind.RENEWED, None)]
    assert connection.renewed_at == connection.last_read_at


def test_an_end_is_told_once_and_nothing_brings_it_back(
    session: Session, connection: Connection, cast: Cast
) -> None:
    assert end(session, connection, staff=cast.owner, actor=Actor.STAFF)
    ended = connection.ended_at
    assert not end(session, connection, actor=Actor.APPROVER)
    prove(session, connection)
    disturb(session, connection, AWAY)
    need_renewal(session, connection, Cause.CONSENT_ENDED)
    assert told(session) == [(EventKind.DISCONNECTED, None)]
    assert connection.status is connection_status.DISCONNECTED
    assert (connection.ended_at, connection.next_check_at) == (ended, None)
