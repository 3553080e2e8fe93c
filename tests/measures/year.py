"""Simulates months of a connection's life, with a clock that jumps to the next due time.

`.venv/bin/python -m tests.measures year` simulates a year, with rotating and with reusable tokens, and prints
the result; `--days` limits it.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tests.conftest import SETTINGS, migrate
from tests.support.grants import connect_many
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from wizard import create_app
from wizard.models import Connection, ConnectionStatus, Event, EventKind, now
from wizard.services.connections import rounds
from wizard.services.context import ProviderContext
from wizard.services.throttling.pacing import Work
from wizard.wiring.providers import provider_context

DAY = timedelta(days=1)
AHEAD = timedelta(seconds=1)


@dataclass
class Life:
    """A connection, its background work and its Visma, with a common clock."""

    context: ProviderContext
    visma: StandIn
    connection_id: int
    clock: time_machine.Traveller
    born: datetime
    statuses: set[ConnectionStatus] = field(default_factory=set)

    @classmethod
    @contextmanager
    def begin(cls, app: Flask, visma: StandIn) -> Iterator[Self]:
        """Create a connection; afterwards the clock is reset."""
        with app.app_context():
            context = provider_context("visma", background=True)
        connection_id = connect_many(app, visma, 1)[0]
        with time_machine.travel(now(), tick=True) as clock:
            yield cls(context, visma, connection_id, clock, now())
        visma.configure(clock_offset=0)

    def connection(self) -> Connection:
        """The connection, reloaded."""
        with self.context.sessions() as session:
            return session.get_one(
                Connection, self.connection_id, options=[joinedload(Connection.grant)]
            )

    def pass_to(self, moment: datetime) -> None:
        """Advance the clock without any work."""
        moment = max(moment, now())
        self.clock.move_to(moment)
        self.visma.configure(clock_offset=round((moment - self.born).total_seconds()))

    def live(self, until: datetime) -> None:
        """Jump to each time at which work is due, and run the work."""
        while (moment := self._next()) < until:
            self.pass_to(moment + AHEAD)
            self.work()
        self.pass_to(until)

    def work(self) -> None:
        """Run the due background work; what falls due meanwhile is left for the next jump."""
        began = now()
        for work in Work:
            with self.context.sessions() as session:
                visits = rounds.take_due(session, self.context, work) or []
            for visit in visits:
                rounds.DO[work](self.context, visit)
            self.statuses.add(self.connection().status)
        assert self._next() > began, "what was due is due no longer"

    def count(self, kind: EventKind) -> int:
        """The number of events of this kind."""
        with self.context.sessions() as session:
            mine = select(func.count()).where(
                Event.connection_id == self.connection_id, Event.kind == kind
            )
            return session.scalar(mine) or 0

    def _next(self) -> datetime:
        connection = self.connection()
        grant = connection.grant
        moments = [grant.next_refresh_at if grant else None, connection.next_check_at]
        return min(moment for moment in moments if moment)


def main() -> None:
    """Simulate a year, or ``--days``, for both kinds of tokens."""
    parser = argparse.ArgumentParser(prog="python -m tests.measures year", description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    with TestServer.open(migrate) as server, tempfile.TemporaryDirectory() as folder:
        for rotation in ("rotating", "reusable"):
            with StandIn.start(rotation=rotation, state_file=Path(folder) / rotation) as visma:
                print(_live(server.create("year"), visma, rotation, days))  # noqa: T201
                server.drop("year")


def _live(database_url: str, visma: StandIn, rotation: str, days: int) -> str:
    given = {"database_url": database_url, "visma_rate_limit": 20_000}
    app = create_app(**{**SETTINGS, **given, **visma.settings})
    visma.configure(rate_limit=1_000_000)
    with Life.begin(app, visma) as life:
        life.live(life.born + days * DAY)
        counted, status = visma.counters(), life.connection().status
    app.extensions["engine"].dispose()
    return (
        f"{rotation}: {counted['refreshed']} refreshes and {counted['api:companysettings']} checks "
        f"in {days} days, {counted.get('refresh_token_reuse', 0)} tokens used twice; it is {status.value}"
    )


if __name__ == "__main__":
    main()
