"""Ending a connection: at once with us, at the provider until it has confirmed, whatever dies meanwhile."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.support.grants import grant_of, make_grants_due
from tests.support.standin import StandIn
from tests.support.traveller import (
    HER_NUMBER,
    HERS,
    Traveller,
    address,
    connections,
    invite,
)
from wizard.jobs import worker
from wizard.models import Actor, Connection, ConnectionStatus, Event, EventKind, now
from wizard.services.concurrency.locks import alone
from wizard.services.connections import disconnection
from wizard.services.context import ProviderContext
from wizard.services.grants.tokens import DisconnectedError, access_token

PATIENCE = 60  # seconds; only a sweep that never comes takes them
SECONDS = 10.0
Work = Callable[[], None]


@pytest.fixture
def work(visma_app: Flask, database: Session) -> Work:
    """Lets the background do what is there, as if its time had come."""

    def do() -> None:
        make_grants_due(database)
        database.execute(text("update procrastinate.procrastinate_jobs set scheduled_at = now()"))
        database.commit()
        worker.work(visma_app, wait=False)

    return do


def kinds(database: Session) -> list[EventKind]:
    """What has happened to connections, oldest first."""
    about = select(Event.kind).where(Event.connection_id.is_not(None)).order_by(Event.id)
    return list(database.scalars(about))


def test_an_end_is_at_once_with_us_and_confirmed_by_the_provider(
    context: ProviderContext, connection: Connection, database: Session, visma: StandIn
) -> None:
    disconnection.disconnect(database, connection, actor=Actor.APPROVER)
    with pytest.raises(DisconnectedError):
        access_token(context, connection.id, SECONDS)
    assert disconnection.revoke_grant(context, connection.id, SECONDS)
    found = connections(database)[0]
    assert found.status is ConnectionStatus.DISCONNECTED
    grant = grant_of(database, found)
    assert (grant.access_token, grant.refresh_token, grant.next_revoke_at) == (None, None, None)
    assert grant.revoked_at
    assert visma.grants() == []
    assert kinds(database)[-2:] == [EventKind.DISCONNECTED, EventKind.GRANT_REVOKED]


def test_pressing_twice_is_the_same_as_once(
    context: ProviderContext, connection: Connection, database: Session, visma: StandIn
) -> None:
    for _ in range(2):
        disconnection.disconnect(database, connection)
        assert disconnection.revoke_grant(context, connection.id, SECONDS)
    assert visma.counters()["revocation"] == 1
    assert kinds(database).count(EventKind.DISCONNECTED) == 1


def test_a_provider_that_is_away_is_asked_again_until_it_confirms(
    context: ProviderContext, connection: Connection, database: Session, visma: StandIn, work: Work
) -> None:
    visma.fail("revocation", "status", 503)
    disconnection.disconnect(database, connection)
    assert not disconnection.revoke_grant(context, connection.id, SECONDS)
    for _ in range(3):
        work()
    found = grant_of(database, connections(database)[0])
    assert found.refresh_token
    assert found.revoked_at is None
    assert found.next_revoke_at
    assert found.next_revoke_at > now()
    visma.heal()
    work()
    assert grant_of(database, connections(database)[0]).revoked_at
    assert visma.grants() == []


def test_it_is_given_up_after_days_and_said(
    context: ProviderContext, connection: Connection, database: Session, visma: StandIn
) -> None:
    visma.fail("revocation", "status", 503)
    disconnection.disconnect(database, connection)
    found = grant_of(database, connections(database)[0])
    found.ended_at = now() - timedelta(days=8)
    database.commit()
    assert disconnection.revoke_grant(context, connection.id, SECONDS)
    found = grant_of(database, connections(database)[0])
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
    assert grant_of(database, connections(database)[0]).revoked_at


def test_a_process_that_is_revoking_the_grant_is_waited_for(
    context: ProviderContext, connection: Connection, database: Session, visma: StandIn
) -> None:
    disconnection.disconnect(database, connection)
    with alone(context.sessions, f"grant:{connection.grant_id}", SECONDS):
        assert not disconnection.revoke_grant(context, connection.id, 0.1)
    assert len(visma.grants()) == 1
    assert disconnection.revoke_grant(context, connection.id, SECONDS)


def test_a_company_can_be_connected_anew_afterwards(
    visma_app: Flask,
    context: ProviderContext,
    connection: Connection,
    database: Session,
    visma: StandIn,
) -> None:
    disconnection.disconnect(database, connection)
    disconnection.revoke_grant(context, connection.id, SECONDS)
    link = invite(visma_app, HERS, HER_NUMBER)
    Traveller.with_link(visma_app, visma, address(link)).go_straight().approve()
    found = sorted(connections(database), key=lambda one: one.id)
    assert [one.status for one in found] == [ConnectionStatus.DISCONNECTED, ConnectionStatus.ACTIVE]
    assert len(visma.grants()) == 1
