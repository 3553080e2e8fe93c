"""Ending a connection: at once with us, at the provider until it has confirmed, whatever dies meanwhile."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.standin import StandIn
from tests.traveller import HER_NUMBER, HERS, Traveller, address, connections, invite
from wizard.jobs import worker
from wizard.models import Actor, Connection, ConnectionStatus, Event, EventKind, now
from wizard.services import disconnection
from wizard.services.locking import alone
from wizard.services.tokens import DisconnectedError, access_token
from wizard.services.workshop import Workshop

PATIENCE = 60  # seconds; only a sweep that never comes takes them
SECONDS = 10.0
Work = Callable[[], None]


@pytest.fixture
def work(visma_app: Flask, database: Session) -> Work:
    """Lets the background do what is there, as if its time had come."""

    def do() -> None:
        ended = Connection.next_revoke_at.is_not(None)
        database.execute(update(Connection).where(ended).values(next_revoke_at=now()))
        database.execute(text("update procrastinate.procrastinate_jobs set scheduled_at = now()"))
        database.commit()
        worker.work(visma_app, wait=False)

    return do


def kinds(database: Session) -> list[EventKind]:
    """What has happened to connections, oldest first."""
    about = select(Event.kind).where(Event.connection_id.is_not(None)).order_by(Event.id)
    return list(database.scalars(about))


def test_an_end_is_at_once_with_us_and_confirmed_by_the_provider(
    workshop: Workshop, connection: Connection, database: Session, visma: StandIn
) -> None:
    disconnection.disconnect(database, connection, actor=Actor.APPROVER)
    with pytest.raises(DisconnectedError):
        access_token(workshop, connection.id, SECONDS)
    assert disconnection.finish(workshop, connection.id, SECONDS)
    found = connections(database)[0]
    assert found.status is ConnectionStatus.DISCONNECTED
    assert (found.access_token, found.refresh_token, found.next_revoke_at) == (None, None, None)
    assert found.revoked_at
    assert visma.grants() == []
    assert kinds(database)[-2:] == [EventKind.DISCONNECTED, EventKind.GRANT_REVOKED]


def test_pressing_twice_is_the_same_as_once(
    workshop: Workshop, connection: Connection, database: Session, visma: StandIn
) -> None:
    for _ in range(2):
        disconnection.disconnect(database, connection)
        assert disconnection.finish(workshop, connection.id, SECONDS)
    assert visma.counters()["revocation"] == 1
    assert kinds(database).count(EventKind.DISCONNECTED) == 1


def test_a_provider_that_is_away_is_asked_again_until_it_confirms(
    workshop: Workshop, connection: Connection, database: Session, visma: StandIn, work: Work
) -> None:
    visma.fail("revocation", "status", 503)
    disconnection.disconnect(database, connection)
    assert not disconnection.finish(workshop, connection.id, SECONDS)
    for _ in range(3):
        work()
    found = connections(database)[0]
    assert found.refresh_token
    assert found.revoked_at is None
    assert found.next_revoke_at
    assert found.next_revoke_at > now()
    visma.heal()
    work()
    assert connections(database)[0].revoked_at
    assert visma.grants() == []


def test_it_is_given_up_after_days_and_said(
    workshop: Workshop, connection: Connection, database: Session, visma: StandIn
) -> None:
    visma.fail("revocation", "status", 503)
    disconnection.disconnect(database, connection)
    found = connections(database)[0]
    found.ended_at = now() - timedelta(days=8)
    database.commit()
    assert disconnection.finish(workshop, connection.id, SECONDS)
    found = connections(database)[0]
    assert (found.refresh_token, found.revoked_at) == (None, None)
    assert kinds(database)[-1] is EventKind.GRANT_NOT_REVOKED


def test_lost_jobs_are_found_by_the_sweep(
    connection: Connection, database: Session, visma: StandIn, work: Work
) -> None:
    disconnection.disconnect(database, connection)  # and then the process died
    database.execute(text("delete from procrastinate.procrastinate_jobs"))
    database.commit()
    ends = time.monotonic() + PATIENCE
    while visma.grants() and time.monotonic() < ends:
        work()  # the sweep comes when its quarter of a minute does, then what it found
    assert visma.grants() == []
    assert connections(database)[0].revoked_at


def test_who_holds_the_connection_is_waited_for(
    workshop: Workshop, connection: Connection, database: Session, visma: StandIn
) -> None:
    disconnection.disconnect(database, connection)
    with alone(workshop.sessions, f"connection:{connection.id}", SECONDS):
        assert not disconnection.finish(workshop, connection.id, 0.1)
    assert len(visma.grants()) == 1
    assert disconnection.finish(workshop, connection.id, SECONDS)


def test_a_company_can_be_connected_anew_afterwards(
    visma_app: Flask,
    workshop: Workshop,
    connection: Connection,
    database: Session,
    visma: StandIn,
) -> None:
    disconnection.disconnect(database, connection)
    disconnection.finish(workshop, connection.id, SECONDS)
    link = invite(visma_app, HERS, HER_NUMBER)
    Traveller.with_link(visma_app, visma, address(link)).go_straight().approve()
    found = sorted(connections(database), key=lambda one: one.id)
    assert [one.status for one in found] == [ConnectionStatus.DISCONNECTED, ConnectionStatus.ACTIVE]
    assert len(visma.grants()) == 1
