"""Kills web and worker with SIGKILL at random times, repeatedly; then reports losses and their reasons.

`.venv/bin/python -m tests.measures kills --rounds 300 --seed 7`. Exits with 1 if anything was lost that could
have been saved, or has a wrong status.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import requests
from flask import Flask

from tests.conftest import SETTINGS, migrate
from tests.measures.kill_audit import Audit, audit, settle
from tests.measures.kill_load import Load
from tests.support.grants import connect_many
from tests.support.live import Wizard
from tests.support.postgres import TestServer
from tests.support.processes import Nursery, Role
from tests.support.standin import StandIn
from wizard import create_app

CALLBACK = "http://localhost/visma/callback"
LATENCY = {"token_latency_ms": 120, "api_latency_ms": 15, "file_latency_ms": 15}
LONGEST, PATIENCE = 2.0, 60.0
LOAD = ("approved", "read", "made due")  # what has to have worked before anything is killed
CONNECTIONS = 12


@dataclass
class Report:
    """The actions, and the findings."""

    killed: Counter[str]
    done: Counter[str]
    audit: Audit

    def lines(self) -> list[str]:
        """The report as lines of text."""
        tables = {"killed": self.killed, "done meanwhile": self.done, "found": self.audit.counts}
        tables["lost, and could not be saved"] = self.audit.lost
        said = [
            f"{title}: {name}: {number}"
            for title, table in tables.items()
            for name, number in sorted(table.items())
        ]
        return [*said, *(f"WRONG: {one}" for one in self.audit.wrong)]


def run(database_url: str, visma: StandIn, rounds: int, seed: int, log: Path) -> Report:
    """Kill ``rounds`` times, once all sorts of work have been done, then audit."""
    dice = random.Random(seed)
    listening, url = Wizard.address()
    settings = {
        **{name: SETTINGS[name] for name in ("secret_key", "token_keys", "log_level")},
        "database_url": database_url,
        **visma.settings,
        "visma_redirect_uri": CALLBACK,
    }
    visma.configure(rate_limit=1_000_000, **LATENCY)
    app = create_app(**settings, public_url=url)
    load = Load(app, visma, url, random.Random(seed))
    ids = connect_many(app, visma, CONNECTIONS)
    nursery = Nursery.open(listening, url, log, **settings)
    killed: Counter[str] = Counter()
    killed_at: list[float] = []
    try:
        load.begin(ids)
        wait_for_load(load)
        for _ in range(rounds):
            requests.get(f"{url}/healthz", timeout=PATIENCE)
            time.sleep(dice.uniform(0, LONGEST))
            for role in dice.choice(CHOICES):
                nursery.kill(role)
                killed_at.append(time.time())
                nursery.bear(role)
                killed[role] += 1
    finally:
        load.stop()
        nursery.close()
    return _report(app, visma, killed, killed_at, load)


def wait_for_load(load: Load) -> None:
    """However busy the machine is: what has never worked cannot be interrupted."""
    ends = time.monotonic() + PATIENCE * 5
    while not all(load.done[name] for name in LOAD):
        if time.monotonic() > ends:
            raise AssertionError(f"the load did not come to work: {dict(load.done)}")
        time.sleep(0.1)


def _report(
    app: Flask, visma: StandIn, killed: Counter[str], killed_at: list[float], load: Load
) -> Report:
    visma.configure(token_latency_ms=0, api_latency_ms=0, file_latency_ms=0)
    settle(app)
    found = audit(app, visma, killed_at)
    app.extensions["engine"].dispose()
    return Report(killed, load.done, found)


CHOICES: list[tuple[Role, ...]] = [("web",), ("worker",), ("web", "worker")]


def main() -> int:
    """Run and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.measures kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    given = parser.parse_args()
    print(f"{given.rounds} rounds with seed {given.seed}")  # noqa: T201
    with (
        TestServer.open(migrate) as server,
        StandIn.start(redirect_uris=[CALLBACK]) as visma,
        tempfile.TemporaryDirectory() as folder,
    ):
        log = Path(folder) / "log"
        url = server.create("kills")
        report = run(url, visma, given.rounds, given.seed, log)
        server.drop("kills")
    print("\n".join(report.lines()))  # noqa: T201
    return bool(report.audit.wrong)


if __name__ == "__main__":
    sys.exit(main())
