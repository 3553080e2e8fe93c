"""Loses the machine at a random moment under traffic, restores the backup elsewhere, and counts what was lost.

`.venv/bin/python -m tests.measures machine_lost --seed 7 --after 20`. Exits with 1 if anything was lost that is older
than the backup, or a connection is neither whole nor says that it needs renewal.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tests.conftest import SETTINGS, migrate
from tests.measures.kill_audit import settle
from tests.measures.kill_load import Load
from tests.measures.kills import CALLBACK, CONNECTIONS, LATENCY, wait_for_load
from tests.support.grants import connect_many
from tests.support.live import Wizard
from tests.support.postgres import FAST, TestServer
from tests.support.processes import Nursery
from tests.support.second_reading import check_later
from tests.support.standin import StandIn
from wizard import create_app, embedded
from wizard.backups import making, restoring
from wizard.models import Connection, ConnectionStatus, Invitation
from wizard.services.connections.health import check
from wizard.services.context import ProviderContext
from wizard.services.grants.refreshing import GrantDoubtedError
from wizard.services.grants.tokens import RenewalNeededError, access_token
from wizard.setting_values import token_key_ring
from wizard.wiring.providers import provider_context

SECONDS = 20.0
WINDOW = timedelta(seconds=2)  # a request on its way when the backup was made


@dataclass
class Report:
    """The findings: ``wrong`` must never occur."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report as lines of text."""
        told = [f"{name}: {number}" for name, number in sorted(self.counts.items())]
        return [*told, *(f"WRONG: {one}" for one in self.wrong)]


@dataclass(frozen=True)
class Past:
    """What the lost machine knew: ids of connections and invitations, with when they were made."""

    connections: dict[int, datetime]
    invitations: dict[int, datetime]

    @classmethod
    def of(cls, app: Flask) -> "Past":
        """As it stands in the database of the original."""
        with app.extensions["sessions"]() as session:
            return cls(
                {one.id: one.created_at for one in session.scalars(select(Connection))},
                {one.id: one.created_at for one in session.scalars(select(Invitation))},
            )


def run(
    database_url: str, visma: StandIn, folder: Path, seed: int, after: float, connections: int
) -> Report:
    """Back up under traffic, kill everything up to ``after`` seconds later, restore, and compare."""
    dice, file = random.Random(seed), folder / "backup"
    listening, url = Wizard.address()
    settings = {
        **{name: SETTINGS[name] for name in ("secret_key", "token_keys", "log_level")},
        **visma.settings,
        "visma_redirect_uri": CALLBACK,
    }
    visma.configure(rate_limit=1_000_000, **LATENCY)
    app = create_app(**settings, database_url=database_url, public_url=url)
    load = Load(app, visma, url, random.Random(seed))
    ids = connect_many(app, visma, connections)
    nursery = Nursery.open(listening, url, folder / "log", **settings, database_url=database_url)
    ring = token_key_ring(app.extensions["settings"].token_keys)
    try:
        load.begin(ids)
        wait_for_load(load)
        made = making.create(app.extensions["engine"], ring, file)
        time.sleep(dice.uniform(0, after))
    finally:
        nursery.kill("web")
        nursery.kill("worker")
        load.stop()
        nursery.close()
    past = Past.of(app)
    app.extensions["engine"].dispose()
    visma.configure(token_latency_ms=0, api_latency_ms=0, file_latency_ms=0)
    with _elsewhere() as empty:
        copy = create_app(**settings, database_url=empty, public_url=url)
        restoring.restore(copy.extensions["engine"], ring, file)
        with copy.extensions["sessions"]() as session:
            restoring.take_over(session)
        report = _compare(copy, visma, past, datetime.fromisoformat(made.made_at))
        copy.extensions["engine"].dispose()
    report.counts.update(
        {f"done under traffic: {name}": number for name, number in load.done.items()}
    )
    return report


@contextmanager
def _elsewhere() -> Iterator[str]:
    """An empty database on a server of its own, as on another machine."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            yield embedded.use(folder, FAST)
        finally:
            embedded.remove(folder)


def _compare(copy: Flask, visma: StandIn, past: Past, made_at: datetime) -> Report:
    report = Report()
    with copy.app_context():
        context = provider_context("visma")
    with copy.extensions["sessions"]() as session:
        kept = list(session.scalars(select(Connection).options(joinedload(Connection.grant))))
        invitations = set(session.scalars(select(Invitation.id)))
    grants = {one.id: _grant(context, visma, one) for one in kept}
    settle(copy)
    for kind, before, there in (
        ("connections", past.connections, {one.id for one in kept}),
        ("invitations", past.invitations, invitations),
    ):
        lost = {one: at for one, at in before.items() if one not in there}
        report.counts[f"{kind} kept"] = len(there)
        report.counts[f"{kind} lost, made after the backup"] = len(lost)
        old = [one for one, at in lost.items() if at < made_at - WINDOW]
        report.wrong += [f"{kind} {one} is older than the backup, and lost" for one in old]
    found = {one.id: _status(context, one.id) for one in kept}
    ended = {one["id"]: one for one in visma.ended()}
    for connection_id, status in found.items():
        _judge(report, connection_id, status, ended.get(grants[connection_id] or ""), made_at)
    return report


def _grant(context: ProviderContext, visma: StandIn, connection: Connection) -> str | None:
    """The stand-in's id of the grant that the copy knows."""
    grant = connection.grant
    if grant is None or grant.refresh_token is None:
        return None
    return visma.grants_of([context.vault.open(grant.refresh_token, grant, "refresh_token")])[0]


def _status(context: ProviderContext, connection_id: int) -> ConnectionStatus:
    """After everything that would be tried within the hour: a read, and new tokens."""
    with context.sessions() as session:
        connection = session.get_one(Connection, connection_id)
        if not connection.is_living:
            return connection.status
    with suppress(RenewalNeededError, GrantDoubtedError):
        old = access_token(context, connection_id, SECONDS)
        access_token(context, connection_id, SECONDS, refused=old)
    found = check(context, connection_id, seconds=SECONDS)
    return found.status if found.read else check_later(context, connection_id).status


def _judge(
    report: Report,
    connection_id: int,
    status: ConnectionStatus,
    ended: dict[str, Any] | None,
    made_at: datetime,
) -> None:
    """One needs renewal only where the provider knows why: refreshed, or ended, after the backup."""
    why = ""
    if status is ConnectionStatus.RENEWAL_NEEDED and ended:
        reused = ended["why"] == "refresh_token_reused"
        since = datetime.fromtimestamp(ended["replaced_at"] or 0, UTC) >= made_at - WINDOW
        why = ", ended since" if not reused else ", refreshed since" if since else ""
    report.counts[f"connections {status.value}{why}"] += 1
    if status is ConnectionStatus.DISTURBED or (
        status is ConnectionStatus.RENEWAL_NEEDED and not why
    ):
        report.wrong.append(f"connection {connection_id} is {status.value} without a reason")


def main() -> int:
    """Run and print the report."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.measures machine_lost", description=__doc__
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--after", type=float, default=20.0, help="at most, in seconds")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    given = parser.parse_args()
    print(f"seed {given.seed}")  # noqa: T201
    with (
        TestServer.open(migrate) as server,
        StandIn.start(redirect_uris=[CALLBACK]) as visma,
        tempfile.TemporaryDirectory() as folder,
    ):
        url = server.create("machine_lost")
        report = run(url, visma, Path(folder), given.seed, given.after, given.connections)
        server.drop("machine_lost")
    print("\n".join(report.lines()))  # noqa: T201
    return bool(report.wrong)


if __name__ == "__main__":
    sys.exit(main())
