"""A connection's life with a clock that leaps from one due moment to the next: months, without waiting.

`.venv/bin/python -m tests.year` lives a whole year, hour by hour, with rotating and with reusable tokens,
and prints what it came to; `--days` fewer.
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

from tests.conftest import SETTINGS, migrate
from tests.grants import connect_many
from tests.postgres import TestServer
from tests.standin import StandIn
from wizard import create_app
from wizard.models import Connection, ConnectionStatus, Event, EventKind, now
from wizard.services import rounds
from wizard.services.pacing import Work
from wizard.services.workshop import Workshop
from wizard.web.workshops import workshop_for

DAY = timedelta(days=1)
AHEAD = timedelta(seconds=1)


@dataclass
class Life:
    """One connection, its background and its Visma, under one clock."""

    workshop: Workshop
    visma: StandIn
    connection_id: int
    clock: time_machine.Traveller
    born: datetime
    statuses: set[ConnectionStatus] = field(default_factory=set)

    @classmethod
    @contextmanager
    def begin(cls, app: Flask, visma: StandIn) -> Iterator[Self]:
        """A new connection; time stands in its place again afterwards."""
        with app.app_context():
            workshop = workshop_for("visma", background=True)
        connection_id = connect_many(app, visma, 1)[0]
        with time_machine.travel(now(), tick=True) as clock:
            yield cls(workshop, visma, connection_id, clock, now())
        visma.configure(clock_offset=0)

    def connection(self) -> Connection:
        """As it is now."""
        with self.workshop.sessions() as session:
            return session.get_one(Connection, self.connection_id)

    def pass_to(self, moment: datetime) -> None:
        """Nobody does anything until then."""
        moment = max(moment, now())
        self.clock.move_to(moment)
        self.visma.configure(clock_offset=round((moment - self.born).total_seconds()))

    def live(self, until: datetime) -> None:
        """Leap to each moment at which something is due, and let the background do it."""
        while (moment := self._next()) < until:
            self.pass_to(moment + AHEAD)
            self.work()
        self.pass_to(until)

    def work(self) -> None:
        """What the background does now."""
        for work in Work:
            with self.workshop.sessions() as session:
                visits = rounds.take_due(session, self.workshop, work) or []
            for visit in visits:
                rounds.DO[work](self.workshop, visit)
            self.statuses.add(self.connection().status)
        assert self._next() > now(), "what was due is due no longer"

    def told(self, kind: EventKind) -> int:
        """How many times it stands in the history."""
        with self.workshop.sessions() as session:
            mine = select(func.count()).where(
                Event.connection_id == self.connection_id, Event.kind == kind
            )
            return session.scalar(mine) or 0

    def _next(self) -> datetime:
        connection = self.connection()
        moments = [connection.next_refresh_at, connection.next_check_at]
        return min(moment for moment in moments if moment)


def main() -> None:
    """A year each, or as many days."""
    parser = argparse.ArgumentParser(prog="python -m tests.year", description=__doc__)
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
