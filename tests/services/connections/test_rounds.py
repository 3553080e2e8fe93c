"""The background's rounds: an even pace, leases, holding back while the provider is away."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support.grants import grant_of, grants_in
from tests.support.minting import APPROVER, connect
from tests.support.second_reading import LATER, check_twice
from tests.support.standin import StandIn
from tests.support.traveller import HERS
from wizard.causes import Cause
from wizard.models import Connection, ConnectionStatus, Grant, GrantState, Pace, now
from wizard.providers.gate import BudgetSpentError
from wizard.services.connections import rounds
from wizard.services.context import ProviderContext
from wizard.services.throttling import call_budget, pacing
from wizard.services.throttling.pacing import AWAY_AFTER, Work
from wizard.wiring.providers import provider_context

SECONDS, PATIENCE = 5.0, 60.0
NEVER = timedelta(days=1)


@pytest.fixture
def context(visma_app: Flask) -> ProviderContext:
    """What the background works with."""
    with visma_app.app_context():
        return provider_context("visma", background=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds no room gives up at once, a round waits for all it has begun, and few are many."""
    monkeypatch.setattr(call_budget, "BACKGROUND_WAIT", 0.0)
    monkeypatch.setattr(rounds, "LINGER", PATIENCE)
    monkeypatch.setattr(pacing, "SOME", 3)


def _connections(database: Session) -> list[Connection]:
    database.expire_all()
    return list(database.scalars(select(Connection).order_by(Connection.id)))


def _put_off(database: Session) -> None:
    """Let nothing be due."""
    later = now() + NEVER
    database.execute(update(Connection).values(next_check_at=later))
    database.execute(update(Grant).values(next_refresh_at=later))
    database.commit()


def test_a_round_reads_all_that_is_due_once(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, 5)
    connect(visma_app, visma, next_check_at=now() + NEVER)
    before = now()
    assert rounds.go_round(context, Work.CHECK, SECONDS) == 5
    assert rounds.go_round(context, Work.CHECK, SECONDS) == 0
    found = _connections(database)
    assert [one.last_read_at > before for one in found] == [True] * 5 + [False]
    assert visma.counters()["api:companysettings"] == 5


def test_a_round_refreshes_what_ends_soon_once(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, 2, next_refresh_at=now())
    connect(visma_app, visma)
    assert rounds.go_round(context, Work.REFRESH, SECONDS) == 2
    assert rounds.go_round(context, Work.REFRESH, SECONDS) == 0
    assert visma.counters()["token:refresh_token"] == 2
    due = [one.next_refresh_at for one in grants_in(database, GrantState.LIVING)]
    assert all(moment and moment - now() > timedelta(minutes=40) for moment in due)


def test_moments_are_evenly_apart_and_never_the_same_for_two(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, 6)
    first = rounds.take_due(database, context, Work.CHECK, 3)
    second = rounds.take_due(database, context, Work.CHECK, 3)
    assert first
    assert second
    visits = first + second
    assert len({visit.id for visit in visits}) == 6
    between = [later.at - sooner.at for sooner, later in pairwise(visits)]
    apart = pacing.step(context.provider.rate_limit)
    assert all(one >= apart for one in between)
    assert timedelta(seconds=0.14) < apart < timedelta(seconds=0.15)


def test_what_was_taken_by_a_killed_process_is_due_again(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma)
    assert rounds.take_due(database, context, Work.CHECK)
    assert rounds.take_due(database, context, Work.CHECK) is None
    with time_machine.travel(now() + rounds.LEASE + timedelta(seconds=1)):
        assert rounds.take_due(database, context, Work.CHECK)


def test_moments_are_not_taken_far_ahead(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, 40)
    with time_machine.travel(now(), tick=False):
        taken = [rounds.take_due(database, context, Work.CHECK) for _ in range(3)]
    assert sum(len(visits or []) for visits in taken) <= 22
    assert taken[2] == []


def test_a_clock_that_is_put_back_does_not_stop_the_rounds(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, 3)
    with time_machine.travel(now() + timedelta(hours=1)):
        assert rounds.take_due(database, context, Work.CHECK, 1)
        counted = pacing.checks(database)[0].counted_at
    assert rounds.go_round(context, Work.CHECK, SECONDS) == 2
    database.expire_all()
    assert counted
    assert pacing.checks(database)[0].counted_at != counted


def test_while_the_provider_is_away_a_few_are_tried_and_then_all(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, AWAY_AFTER)
    visma.fail("companysettings", "status", 503)
    rounds.go_round(context, Work.CHECK, SECONDS)
    found = _connections(database)
    assert {one.status for one in found} == {ConnectionStatus.DISTURBED}
    [pace] = pacing.checks(database)
    assert pacing.is_away(pace)
    assert pace.failing_since
    connect(visma_app, visma, 10)
    visits = rounds.take_due(database, context, Work.CHECK)
    assert visits
    assert len(visits) == 1
    visma.heal()
    _put_off(database)
    database.execute(
        update(Connection).where(Connection.id == found[0].id).values(next_check_at=now())
    )
    database.execute(update(Pace).values(next_slot_at=now()))
    database.commit()
    assert rounds.go_round(context, Work.CHECK, SECONDS) >= 1
    rounds.go_round(context, Work.CHECK, SECONDS)
    old = {one.id for one in found}
    assert all(
        one.status is ConnectionStatus.ACTIVE for one in _connections(database) if one.id in old
    )
    database.expire_all()
    assert not pacing.is_away(pace)


def test_asking_too_often_is_not_taken_for_an_outage(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    connect(visma_app, visma, 2)
    visma.fail("companysettings", "error_code", 4010)
    rounds.go_round(context, Work.CHECK, SECONDS)
    [pace] = pacing.checks(database)
    assert pace.failures == 0


def test_a_changed_password_is_noticed_on_all_her_connections(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    visma.configure(access_tokens_outlive_grant=True)
    hers = connect(visma_app, visma, 3, next_check_at=now() + NEVER)
    visma.happens("password_changed", APPROVER)
    [another] = connect(
        visma_app, visma, person="Stina Standardföretag", next_check_at=now() + NEVER
    )
    assert rounds.follow_ended(database, "visma") == 0
    grant_of(database, database.get_one(Connection, hers[0])).next_refresh_at = now()
    database.commit()
    rounds.go_round(context, Work.REFRESH, SECONDS)
    assert rounds.follow_ended(database, "visma") == 0
    with time_machine.travel(now() + LATER, tick=True):
        rounds.go_round(context, Work.REFRESH, SECONDS)
        assert rounds.follow_ended(database, "visma") == 1
        rounds.go_round(context, Work.REFRESH, SECONDS)
    with time_machine.travel(now() + 2 * LATER, tick=True):
        rounds.go_round(context, Work.REFRESH, SECONDS)
    found = {one.id: one for one in _connections(database)}
    assert {found[one].cause for one in hers} == {Cause.CONSENT_ENDED}
    assert found[another].status is ConnectionStatus.ACTIVE
    assert rounds.follow_ended(database, "visma") == 0


def test_others_that_still_work_are_looked_at_once(
    context: ProviderContext, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    first, second = connect(visma_app, visma, 2, next_check_at=now() + NEVER)
    visma.end_grant(visma.grants()[0].id)
    assert check_twice(context, first).status is ConnectionStatus.RENEWAL_NEEDED
    assert rounds.follow_ended(database, "visma") == 1
    for work in Work:
        assert rounds.go_round(context, work, SECONDS) == 1
    assert rounds.follow_ended(database, "visma") == 0
    assert _connections(database)[1].status is ConnectionStatus.ACTIVE
    assert second


def test_people_and_the_background_together_stay_within_what_the_provider_counts(
    make_app: Callable[..., Flask], visma: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_budget, "PEOPLE_WAIT", 0.0)
    visma.configure(rate_limit=30)
    app = make_app(
        **visma.settings,
        visma_rate_limit=30,
    )
    connect(app, visma, 30)
    token = visma.mint(APPROVER, HERS)[0]["access_token"]
    with app.app_context():
        background, people = (
            provider_context("visma", background=True),
            provider_context("visma").provider,
        )
    rounds.go_round(background, Work.CHECK, 1.0)
    for _ in range(30):
        with suppress(BudgetSpentError):
            people.vouchers(token, timeout=SECONDS)
    rounds.go_round(background, Work.CHECK, 1.0)
    counted = visma.counters()
    assert "too_many_requests" not in counted
    assert counted["api:vouchers"] == 30
    assert 1 < counted["api:companysettings"] <= 21


@pytest.mark.parametrize(
    ("connections", "minutes"), [(0, 60), (20_000, 60), (24_000, 60), (50_000, 121)]
)
def test_every_connection_is_checked_hourly_as_far_as_the_rate_goes(
    connections: int, minutes: int
) -> None:
    assert round(pacing.interval(connections, 600).total_seconds() / 60) == minutes
