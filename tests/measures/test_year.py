"""Months and outages with a simulated clock: a connection stays alive unattended."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests.measures.year import AHEAD, DAY, Life
from tests.support.standin import StandIn
from wizard.models import Connection, ConnectionStatus, EventKind, now
from wizard.services.grants.tokens import access_token

ACTIVE, DISTURBED = ConnectionStatus.ACTIVE, ConnectionStatus.DISTURBED
EVERYTHING = ["*"]


@pytest.fixture
def life(visma_app: Flask, visma: StandIn) -> Iterator[Life]:
    """A connection."""
    with Life.begin(visma_app, visma) as life:
        yield life


def planned(life: Life) -> datetime:
    """The time of the connection's next refresh."""
    grant = life.connection().grant
    assert grant
    assert grant.next_refresh_at
    return grant.next_refresh_at


@pytest.mark.parametrize("rotation", ["rotating", "reusable"])
def test_an_unused_connection_is_refreshed_every_hour(
    life: Life, visma: StandIn, rotation: str
) -> None:
    visma.configure(rotation=rotation)
    before = planned(life)
    life.live(life.born + DAY / 2)
    assert 12 <= visma.counters()["refreshed"] <= 20
    after = planned(life)
    assert after > before + DAY / 3
    assert life.statuses == {ACTIVE}
    assert "refresh_token_reuse" not in visma.counters()


def test_work_that_falls_due_during_background_work_is_done_next(
    life: Life, visma: StandIn
) -> None:
    begins = planned(life) + AHEAD  # the refresh takes longer than the check waits
    with life.context.sessions.begin() as session:
        connection = session.get_one(Connection, life.connection_id)
        connection.next_check_at = begins + timedelta(milliseconds=300)
    visma.configure(token_latency_ms=600)
    visma.clear_counters()
    life.live(begins + timedelta(minutes=1))
    assert (visma.counters()["refreshed"], visma.counters()["api:companysettings"]) == (1, 1)
    assert life.statuses == {ACTIVE}


def test_a_worker_continues_after_months_of_downtime(life: Life, visma: StandIn) -> None:
    life.live(life.born + DAY / 8)
    life.pass_to(life.born + 92 * DAY)
    life.work()
    found = life.connection()
    assert found.status is ACTIVE
    assert now() - found.last_read_at < timedelta(minutes=1)
    life.live(life.born + 92.2 * DAY)
    assert life.statuses == {ACTIVE}


def test_a_day_of_outage_is_one_disturbance_and_needs_no_renewal(
    life: Life, visma: StandIn
) -> None:
    life.live(life.born + DAY / 8)
    visma.clear_counters()
    for kind, value, lasts in (("status", 503, DAY * 3 / 4), ("html", 0, DAY / 4)):
        visma.configure(faults=[{"kind": kind, "value": value, "endpoints": EVERYTHING}])
        life.live(now() + lasts)
    assert life.statuses == {ACTIVE, DISTURBED}
    assert life.connection().status is DISTURBED
    assert life.count(EventKind.DISTURBED) == 1
    assert sum(visma.counters().values()) < 800
    visma.heal()
    life.live(now() + timedelta(hours=1))
    assert life.connection().status is ACTIVE
    assert life.count(EventKind.RESTORED) == 1
    assert life.count(EventKind.RENEWAL_NEEDED) == 0
    assert access_token(life.context, life.connection_id, 5.0)
