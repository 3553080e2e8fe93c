"""A connection gives a token that works, from the grant it rests on, or says why it has none."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.support.grants import grants_in
from tests.support.second_reading import refuse_once
from tests.support.standin import StandIn
from tests.support.traveller import connections
from wizard.causes import Cause
from wizard.models import Actor, Connection, ConnectionStatus, GrantState, today
from wizard.services.connections.disconnection import disconnect
from wizard.services.context import ProviderContext
from wizard.services.grants.tokens import DisconnectedError, RenewalNeededError, access_token

SECONDS = 10.0


def test_a_token_that_lives_is_given_without_asking(
    context: ProviderContext, connection: Connection, visma: StandIn
) -> None:
    before = visma.counters()
    first = access_token(context, connection.id, SECONDS)
    assert access_token(context, connection.id, SECONDS) == first
    assert visma.counters() == before


def test_an_ended_grant_is_to_be_renewed_and_its_tokens_forgotten(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    visma.end_grant(visma.grants()[0].id)
    refused = access_token(context, connection.id, SECONDS)
    refuse_once(context, connection.id, refused)
    with pytest.raises(RenewalNeededError) as told:
        access_token(context, connection.id, SECONDS, refused=refused)
    assert told.value.cause is Cause.CONSENT_ENDED
    found = connections(database)[0]
    assert found.status is ConnectionStatus.RENEWAL_NEEDED
    assert found.grant_id is None
    assert [one.refresh_token for one in grants_in(database, GrantState.DEAD)] == [None]


def test_a_connection_that_was_ended_or_never_was_gives_no_token(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    disconnect(database, connection, actor=Actor.APPROVER)
    visma.clear_counters()
    for unknown in (connection.id, connection.id + 1000):
        with pytest.raises(DisconnectedError):
            access_token(context, unknown, SECONDS)
    assert visma.counters() == {}


def test_a_connection_whose_grant_is_gone_says_why(
    context: ProviderContext, connection: Connection, database: Session
) -> None:
    connection.grant_id, connection.cause = None, Cause.APPROVER_GONE.value
    database.commit()
    with pytest.raises(RenewalNeededError) as told:
        access_token(context, connection.id, SECONDS)
    assert told.value.cause is Cause.APPROVER_GONE


def test_a_connection_whose_last_day_has_passed_gives_no_token(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    connection.consent_ends_on = today()
    database.commit()
    assert access_token(context, connection.id, SECONDS)
    connection.consent_ends_on = today() - timedelta(days=1)
    database.commit()
    visma.clear_counters()
    with pytest.raises(DisconnectedError):
        access_token(context, connection.id, SECONDS)
    assert visma.counters() == {}
