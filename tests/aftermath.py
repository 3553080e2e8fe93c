"""What is asked when something was cut off: whether what was on its way is stored, and all still works."""

import time
from collections.abc import Callable

from flask import Flask

from tests.standin import StandIn
from wizard.models import Connection, ConnectionStatus, now
from wizard.services.health import check_now
from wizard.services.queue import enqueue
from wizard.services.tokens import access_token
from wizard.web.workshops import workshop_for

PATIENCE, SECONDS = 90.0, 20.0


def until(happened: Callable[[], object]) -> None:
    """Ask again and again, until it has happened."""
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


def refresh_by_the_worker(app: Flask, ids: list[int]) -> None:
    """Their time has come, and the worker goes its round."""
    with app.extensions["sessions"].begin() as session:
        for connection_id in ids:
            session.get_one(Connection, connection_id).next_refresh_at = now()
        enqueue(session, "refresh_connections", timestamp=0)


def all_stored(app: Flask, ids: list[int]) -> bool:
    """Whether nobody is at any of them, and none is due."""
    with app.extensions["sessions"]() as session:
        found = [session.get_one(Connection, connection_id) for connection_id in ids]
        return all(_is_stored(one) for one in found)


def _is_stored(connection: Connection) -> bool:
    ahead = connection.next_refresh_at
    return connection.refresh_claimed_until is None and bool(ahead and ahead > now())


def all_work(app: Flask, visma: StandIn, ids: list[int]) -> None:
    """Each of them reads, and refreshes once more."""
    with app.app_context():
        workshop = workshop_for("visma")
    for connection_id in ids:
        old = access_token(workshop, connection_id, SECONDS)
        access_token(workshop, connection_id, SECONDS, refused=old)
        status = check_now(workshop, connection_id, seconds=SECONDS)
        assert status is ConnectionStatus.ACTIVE
    assert "refresh_token_reuse" not in visma.counters()
