"""Sixty-four processes want a token of one connection at once: one refresh, no error, one newest token."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.conftest import SETTINGS
from tests.support.grants import grant_of
from tests.support.racers import Race
from tests.support.standin import StandIn
from tests.support.traveller import connections
from wizard.models import Connection, ConnectionStatus, now
from wizard.providers.visma import Visma
from wizard.services.context import ProviderContext
from wizard.services.grants.tokens import access_token

SECONDS = 20.0


@pytest.fixture
def settings(visma: StandIn, database_url: str) -> dict[str, str]:
    """What each process is started with."""
    return {
        **SETTINGS,
        "database_url": database_url,
        **visma.settings,
    }


@pytest.mark.parametrize("refused", [False, True])
@pytest.mark.parametrize("rotation", ["rotating", "reusable"])
def test_sixty_four_processes_at_once_make_one_refresh(
    context: ProviderContext,
    connection: Connection,
    database: Session,
    visma: StandIn,
    settings: dict[str, str],
    rotation: str,
    refused: bool,
) -> None:
    visma.configure(rotation=rotation, token_latency_ms=200)
    old = access_token(context, connection.id, SECONDS)
    if not refused:
        grant_of(database, connection).access_expires_at = now() + timedelta(seconds=1)
        database.commit()
    visma.clear_counters()
    got = Race(connection.id, settings, old if refused else None).run()
    assert len(got) == 64
    assert visma.counters()["token:refresh_token"] == visma.counters()["refreshed"] == 1
    newest = access_token(context, connection.id, SECONDS)
    assert set(got) == {newest}
    assert newest != old
    works(context, connection, visma, database)


def test_tokens_that_live_for_seconds_do_not_make_a_refresh_for_each(
    context: ProviderContext,
    connection: Connection,
    database: Session,
    visma: StandIn,
    settings: dict[str, str],
) -> None:
    visma.configure(access_token_lifetime=5)
    old = access_token(context, connection.id, SECONDS)
    visma.clear_counters()
    got = Race(connection.id, settings, old).run()
    assert len(got) == 64
    assert len(set(got)) == visma.counters()["refreshed"] < 8
    visma.configure(access_token_lifetime=3600)
    works(context, connection, visma, database)


def works(
    context: ProviderContext, connection: Connection, visma: StandIn, database: Session
) -> None:
    """The stored tokens are alive: both of them."""
    assert isinstance(context.provider, Visma)
    token = access_token(context, connection.id, SECONDS)
    context.provider.company(token, timeout=SECONDS)
    token = access_token(context, connection.id, SECONDS, refused=token)
    context.provider.company(token, timeout=SECONDS)
    assert "refresh_token_reuse" not in visma.counters()
    assert connections(database)[0].status is ConnectionStatus.ACTIVE
    assert len(visma.grants()) == 1
