"""A real read of a connection: what is noticed, what is told, and what is left alone."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.standin import StandIn
from tests.traveller import Traveller, connections
from wizard.causes import Cause
from wizard.models import Connection, ConnectionStatus
from wizard.services.health import check, check_now
from wizard.services.workshop import Workshop
from wizard.web.workshops import workshop_for


@pytest.fixture
def workshop(visma_app: Flask) -> Workshop:
    """What the service works with."""
    with visma_app.app_context():
        return workshop_for("visma")


@pytest.fixture
def connection(approver: Traveller, database: Session) -> Connection:
    """A connection as the road makes it."""
    approver.go_straight().approve()
    return connections(database)[0]


def test_green_means_read_with_the_time(
    workshop: Workshop, connection: Connection, database: Session
) -> None:
    before = connection.last_read_at
    assert check_now(workshop, connection.id) is ConnectionStatus.ACTIVE
    assert connections(database)[0].last_read_at > before


def test_an_outage_is_a_disturbance_that_heals(
    workshop: Workshop, connection: Connection, visma: StandIn
) -> None:
    visma.fail("companysettings", "status", 503)
    found = check(workshop, connection.id)
    assert (found.status, found.cause, found.read) == (
        ConnectionStatus.DISTURBED,
        Cause.PROVIDER_UNAVAILABLE,
        False,
    )
    visma.heal()
    assert check_now(workshop, connection.id) is ConnectionStatus.ACTIVE
