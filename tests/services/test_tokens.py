"""One place refreshes: an access token that works, stored before it is used, whoever else asks."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.standin import StandIn
from tests.traveller import connections
from wizard.causes import Cause
from wizard.models import Connection, ConnectionStatus, now
from wizard.providers.base import ProviderError
from wizard.services.tokens import RenewalNeededError, access_token, refresh_ahead
from wizard.services.workshop import Workshop

SECONDS = 10.0


def test_a_token_that_lives_is_given_without_asking(
    workshop: Workshop, connection: Connection, visma: StandIn
) -> None:
    before = visma.counters()
    first = access_token(workshop, connection.id, SECONDS)
    assert access_token(workshop, connection.id, SECONDS) == first
    assert visma.counters() == before


def test_a_refused_token_is_replaced_once(
    workshop: Workshop, connection: Connection, database: Session
) -> None:
    refused = access_token(workshop, connection.id, SECONDS)
    new = access_token(workshop, connection.id, SECONDS, refused=refused)
    assert new != refused
    assert access_token(workshop, connection.id, SECONDS, refused=refused) == new
    found = connections(database)[0]
    assert found.next_refresh_at
    assert timedelta(minutes=45) < found.next_refresh_at - now() < timedelta(minutes=55)


def test_a_refresh_ahead_is_made_only_when_it_is_time(
    workshop: Workshop, connection: Connection, database: Session
) -> None:
    before = access_token(workshop, connection.id, SECONDS)
    refresh_ahead(workshop, connection.id)
    assert access_token(workshop, connection.id, SECONDS) == before
    connections(database)[0].next_refresh_at = now()
    database.commit()
    refresh_ahead(workshop, connection.id)
    assert access_token(workshop, connection.id, SECONDS) != before


def test_an_ended_grant_is_to_be_renewed_and_its_tokens_forgotten(
    workshop: Workshop, connection: Connection, visma: StandIn, database: Session
) -> None:
    visma.end_grant(visma.grants()[0].id)
    refused = access_token(workshop, connection.id, SECONDS)
    with pytest.raises(RenewalNeededError) as told:
        access_token(workshop, connection.id, SECONDS, refused=refused)
    assert told.value.cause is Cause.CONSENT_ENDED
    found = connections(database)[0]
    assert found.status is ConnectionStatus.RENEWAL_NEEDED
    assert found.refresh_token is None


def test_an_outage_is_a_disturbance_and_never_a_demand_to_renew(
    workshop: Workshop, connection: Connection, visma: StandIn, database: Session
) -> None:
    refused = access_token(workshop, connection.id, SECONDS)
    visma.fail("token", "status", 503)
    with pytest.raises(ProviderError) as told:
        access_token(workshop, connection.id, SECONDS, refused=refused)
    assert told.value.transient
    assert connections(database)[0].status is ConnectionStatus.DISTURBED
    visma.heal()
    assert access_token(workshop, connection.id, SECONDS, refused=refused) != refused
