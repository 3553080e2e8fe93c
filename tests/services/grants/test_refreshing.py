"""One place refreshes: a new token is stored before it is used, whoever else asks for one."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.support.grants import grant_of, make_grants_due, refresh_ahead
from tests.support.second_reading import LATER
from tests.support.standin import StandIn
from tests.support.traveller import connections
from wizard.models import Connection, ConnectionStatus, now
from wizard.providers.base import GrantEndedError, ProviderError
from wizard.services.concurrency.locks import shared_now
from wizard.services.context import ProviderContext
from wizard.services.grants import refreshing, state
from wizard.services.grants.refreshing import GrantDoubtedError
from wizard.services.grants.tokens import access_token

SECONDS, SOON = 10.0, 0.05


def test_a_refused_token_is_replaced_once(
    context: ProviderContext, connection: Connection, database: Session
) -> None:
    refused = access_token(context, connection.id, SECONDS)
    new = access_token(context, connection.id, SECONDS, refused=refused)
    assert new != refused
    assert access_token(context, connection.id, SECONDS, refused=refused) == new
    found = grant_of(database, connections(database)[0])
    assert found.next_refresh_at
    assert timedelta(minutes=45) < found.next_refresh_at - now() < timedelta(minutes=55)


def test_a_refresh_ahead_is_made_only_when_it_is_time(
    context: ProviderContext, connection: Connection, database: Session
) -> None:
    before = access_token(context, connection.id, SECONDS)
    refresh_ahead(context, connection)
    assert access_token(context, connection.id, SECONDS) == before
    make_grants_due(database)
    database.commit()
    refresh_ahead(context, connection)
    assert access_token(context, connection.id, SECONDS) != before


def test_an_outage_is_a_disturbance_and_never_a_demand_to_renew(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    refused = access_token(context, connection.id, SECONDS)
    visma.fail("token", "status", 503)
    with pytest.raises(ProviderError) as told:
        access_token(context, connection.id, SECONDS, refused=refused)
    assert told.value.transient
    assert connections(database)[0].status is ConnectionStatus.DISTURBED
    visma.heal()
    assert access_token(context, connection.id, SECONDS, refused=refused) != refused


def test_a_claim_is_waited_for_and_ends_by_itself_when_its_process_was_killed(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    refused = access_token(context, connection.id, SECONDS)
    grant = grant_of(database, connection)
    grant.claimed_until = shared_now(database) + refreshing.CLAIM
    database.commit()
    visma.clear_counters()
    assert not refreshing.settled(context, grant.id, SOON)
    with pytest.raises(ProviderError) as told:
        access_token(context, connection.id, SOON, refused=refused)
    assert (told.value.code, told.value.transient) == (refreshing.BUSY, True)
    assert visma.counters() == {}
    assert connections(database)[0].status is ConnectionStatus.ACTIVE
    grant.claimed_until = shared_now(database) - timedelta(seconds=1)
    database.commit()
    patience = SECONDS + refreshing.AFTER_RESTART.total_seconds()  # the server may be just begun
    assert access_token(context, connection.id, patience, refused=refused) != refused
    assert visma.counters()["refreshed"] == 1
    assert refreshing.settled(context, grant.id, SOON)


@pytest.mark.parametrize("rotation", ["rotating", "reusable"])
def test_a_refused_token_is_asked_about_once_more_and_not_before_minutes_have_passed(
    context: ProviderContext,
    connection: Connection,
    visma: StandIn,
    database: Session,
    rotation: str,
) -> None:
    visma.configure(rotation=rotation)
    refused = access_token(context, connection.id, SECONDS)
    visma.fail("token", "oauth_error", word="invalid_grant")
    visma.clear_counters()
    for _ in range(5):
        with pytest.raises(GrantDoubtedError):
            access_token(context, connection.id, SECONDS, refused=refused)
    assert visma.counters()["token:refresh_token"] == 1
    grant = grant_of(database, connection)
    assert grant.next_refresh_at
    assert timedelta(minutes=2) < grant.next_refresh_at - now() < LATER
    assert connections(database)[0].status is ConnectionStatus.ACTIVE
    visma.heal()
    with time_machine.travel(now() + LATER, tick=True):
        assert access_token(context, connection.id, SECONDS, refused=refused) != refused
    grant = grant_of(database, connection)
    assert (grant.doubted_at, grant.refused_at) == (None, None)
    assert "refresh_token_reuse" not in visma.counters()


def test_a_grant_that_was_released_gives_no_token(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    grant = grant_of(database, connection)
    state.set_to_be_revoked(database, grant)
    database.commit()
    visma.clear_counters()
    with pytest.raises(GrantEndedError):
        refreshing.access_token(context, grant.id, SECONDS)
    assert visma.counters() == {}
