"""Months and outages, with a clock that leaps: a connection lives on without anybody's help."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from tests.standin import StandIn
from tests.year import DAY, Life
from wizard.models import ConnectionStatus, EventKind, now
from wizard.services.tokens import access_token

ACTIVE, DISTURBED = ConnectionStatus.ACTIVE, ConnectionStatus.DISTURBED
EVERYTHING = ["*"]


@pytest.fixture
def life(visma_app: Flask, visma: StandIn) -> Iterator[Life]:
    """A connection."""
    with Life.begin(visma_app, visma) as life:
        yield life


@pytest.mark.parametrize("rotation", ["rotating", "reusable"])
def test_a_connection_nobody_uses_is_refreshed_hour_by_hour(
    life: Life, visma: StandIn, rotation: str
) -> None:
    visma.configure(rotation=rotation)
    before = life.connection().next_refresh_at
    life.live(life.born + DAY / 2)
    assert 12 <= visma.counters()["refreshed"] <= 20
    after = life.connection().next_refresh_at
    assert before
    assert after
    assert after > before + DAY / 3
    assert life.statuses == {ACTIVE}
    assert "refresh_token_reuse" not in visma.counters()


def test_a_background_that_was_away_for_months_takes_up_where_it_was(
    life: Life, visma: StandIn
) -> None:
    life.live(life.born + DAY / 8)
    life.pass_to(life.born + 92 * DAY)
    life.work()
    found = life.connection()
    assert found.status is ACTIVE
    assert now() - found.last_read_at < timedelta(minutes=1)
    life.live(life.born + 92.2 * DAY)
    assert life.statuses == {ACTIVE}


def test_a_day_without_the_provider_is_one_disturbance_and_no_demand_to_renew(
    life: Life, visma: StandIn
) -> None:
    life.live(life.born + DAY / 8)
    visma.clear_counters()
    for kind, value, lasts in (("status", 503, DAY * 3 / 4), ("html", 0, DAY / 4)):
        visma.configure(faults=[{"kind": kind, "value": value, "endpoints": EVERYTHING}])
        life.live(now() + lasts)
    assert life.statuses == {ACTIVE, DISTURBED}
    assert life.connection().status is DISTURBED
    assert life.told(EventKind.DISTURBED) == 1
    assert sum(visma.counters().values()) < 800
    visma.heal()
    life.live(now() + timedelta(hours=1))
    assert life.connection().status is ACTIVE
    assert life.told(EventKind.RESTORED) == 1
    assert life.told(EventKind.RENEWAL_NEEDED) == 0
    assert access_token(life.workshop, life.connection_id, 5.0)
