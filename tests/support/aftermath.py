"""Assertions after a crash: everything in progress is stored, and all connections still work."""

import time
from collections.abc import Callable

from flask import Flask

from tests.support.standin import StandIn
from wizard.models import Connection, Grant, now
from wizard.services.concurrency.queue import enqueue
from wizard.services.connections.health import check
from wizard.services.grants.tokens import access_token
from wizard.wiring.providers import provider_context

PATIENCE, SECONDS = 90.0, 20.0


def until(happened: Callable[[], object]) -> None:
    """Poll until the condition holds."""
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


def refresh_by_the_worker(app: Flask, ids: list[int]) -> None:
    """Make these connections due, and run the worker's refresh round."""
    with app.extensions["sessions"].begin() as session:
        for connection_id in ids:
            connection = session.get_one(Connection, connection_id)
            session.get_one(Grant, connection.grant_id).next_refresh_at = now()
        enqueue(session, "refresh_connections", timestamp=0)


def all_stored(app: Flask, ids: list[int]) -> bool:
    """True if no refresh of these connections is in progress or due."""
    with app.extensions["sessions"]() as session:
        found = [session.get_one(Connection, connection_id) for connection_id in ids]
        return all(_is_stored(one.grant) for one in found)


def _is_stored(grant: Grant | None) -> bool:
    ahead = grant.next_refresh_at if grant else None
    return bool(grant and grant.claimed_until is None and ahead and ahead > now())


def all_work(app: Flask, visma: StandIn, ids: list[int]) -> None:
    """Assert that each connection can be read and refreshed once more."""
    with app.app_context():
        context = provider_context("visma")
    for connection_id in ids:
        old = access_token(context, connection_id, SECONDS)
        access_token(context, connection_id, SECONDS, refused=old)
        assert check(context, connection_id, seconds=SECONDS).read
    assert "refresh_token_reuse" not in visma.counters()
