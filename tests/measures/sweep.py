"""Measures the check of many connections within the rate limit, with people at work: `python -m tests.measures.sweep`.

People open vouchers and documents, first alone and then while real workers check all connections.
Prints the refused calls, how much of its share the sweep used, and the waiting times of people and
their jobs. `--minutes` is the time of observation; `--rate-limit` sets another limit on both sides, so
that a complete sweep takes less time than with Visma's limit.
"""

import argparse
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles

from flask import Flask
from sqlalchemy import func, select, text

from tests.conftest import SETTINGS, migrate
from tests.support.minting import APPROVER, connect
from tests.support.postgres import TestServer
from tests.support.standin import ROOT, StandIn
from tests.support.traveller import HERS
from wizard import create_app
from wizard.models import Connection, ConnectionStatus, now
from wizard.providers.base import ProviderError
from wizard.providers.gate import Gate, Refused
from wizard.registry import make_providers
from wizard.services.concurrency.queue import FINISH_AUTHORIZATION, enqueue
from wizard.services.throttling.call_budget import BACKGROUND_SHARE, Budget

BATCH = 500
ALONE_SECONDS, RUN_UP_SECONDS = 30.0, 30.0
READERS = 6
PEOPLES_SHARE = 0.25  # share of the limit that people use, below their own maximum
SWEPT = "api:companysettings"  # people do not call this endpoint here


@dataclass
class Timed:
    """People's gate, which records the waiting time of each call."""

    gate: Gate
    waited: list[float] = field(default_factory=list)

    @contextmanager
    def call(self, endpoint: str, seconds: float, caller: str = "") -> Iterator[None]:
        """Record the wait."""
        began = time.monotonic()
        with self.gate.call(endpoint, seconds, caller):
            self.waited.append(time.monotonic() - began)
            yield

    def close(self, endpoint: str, refused: Refused, caller: str = "") -> None:
        """Close the wrapped gate."""
        self.gate.close(endpoint, refused, caller)


@dataclass
class People:
    """Readers of vouchers and documents, with the time of each call."""

    app: Flask
    token: str
    pause: float
    gates: list[Timed] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    jobs: list[float] = field(default_factory=list)
    refused: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> list[threading.Thread]:
        """Start the readers' threads."""
        work = [*[self._read] * READERS, self._ask_for_jobs]
        threads = [threading.Thread(target=one, daemon=True) for one in work]
        for thread in threads:
            thread.start()
        return threads

    def forget(self) -> None:
        """Reset the recorded times."""
        self.took, self.jobs, self.refused = [], [], 0
        for gate in self.gates:
            gate.waited = []

    @property
    def waited(self) -> list[float]:
        """The waiting times of calls at the gate."""
        return [seconds for gate in self.gates for seconds in gate.waited]

    def _gate(self, provider: str, limit: int) -> Timed:
        self.gates.append(Timed(Budget(self.app.extensions["engine"], provider, limit)))
        return self.gates[-1]

    def _read(self) -> None:
        provider = make_providers(self.app.extensions["settings"], self._gate)["visma"]
        [document] = provider.documents(self.token, timeout=10.0)[:1]
        calls: list[Callable[[], object]] = [
            lambda: provider.vouchers(self.token, timeout=10.0),
            lambda: provider.open_document(self.token, document, timeout=10.0),
        ]
        while not self.stop.wait(self.pause * random.uniform(0.5, 1.5)):
            for call in calls:
                began = time.monotonic()
                try:
                    call()
                except ProviderError:
                    self.refused += 1
                self.took.append(time.monotonic() - began)

    def _ask_for_jobs(self) -> None:
        """Record the time until a person's (empty) job is done."""
        sessions = self.app.extensions["sessions"]
        mine = text("select count(*) from procrastinate_jobs where task_name = :name")
        while not self.stop.wait(2.0):
            began = time.monotonic()
            with sessions.begin() as session:
                enqueue(session, FINISH_AUTHORIZATION, authorization_id=0)
            left = 1
            while left and not self.stop.wait(0.02):
                with sessions() as session:
                    left = session.execute(mine, {"name": FINISH_AUTHORIZATION}).scalar_one()
            self.jobs.append(time.monotonic() - began)


@contextmanager
def workers(number: int, url: str, visma: StandIn, rate_limit: int) -> Iterator[None]:
    """Run real worker processes during the block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")}
    given = {**SETTINGS, **_settings(url, visma, rate_limit)}
    environment = kept | {f"WIZARD_{name.upper()}": str(value) for name, value in given.items()}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        for _ in range(number)
    ]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(60)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--connections", type=int, default=10_000)
    options.add_argument("--minutes", type=float, default=4.0)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--rate-limit", type=int, default=600)
    options.add_argument("--latency", type=int, default=50, help="milliseconds of the stand-in")
    given = options.parse_args()
    with TestServer.open(migrate) as server, StandIn.start() as visma:
        visma.configure(rate_limit=given.rate_limit, api_latency_ms=given.latency)
        url = server.create("sweep")
        settings = {**SETTINGS, **_settings(url, visma, given.rate_limit)}
        app = create_app(**settings)
        try:
            _fill(app, visma, given.connections)
            _measure(app, visma, url, given)
        finally:
            app.extensions["engine"].dispose()
            server.drop("sweep")


def _settings(url: str, visma: StandIn, rate_limit: int) -> dict[str, object]:
    return {
        "database_url": url,
        **visma.settings,
        "visma_rate_limit": rate_limit,
    }


def _fill(app: Flask, visma: StandIn, number: int) -> None:
    for _ in range(0, number, BATCH):
        connect(app, visma, min(BATCH, number), next_check_at=now())
    with app.extensions["engine"].begin() as connection:
        connection.execute(text("analyze"))


def _measure(app: Flask, visma: StandIn, url: str, given: argparse.Namespace) -> None:
    token = visma.mint(APPROVER, HERS)[0]["access_token"]
    people = People(app, token, READERS * 60 / (given.rate_limit * PEOPLES_SHARE))
    threads = people.start()
    time.sleep(ALONE_SECONDS)
    alone = [*people.took]
    with workers(given.workers, url, visma, given.rate_limit):
        _wait_for_first(visma)
        time.sleep(RUN_UP_SECONDS)
        people.forget()
        before, began = visma.counters(), time.monotonic()
        _watch(app, given.minutes * 60)
        seconds, after = time.monotonic() - began, visma.counters()
        people.stop.set()
    for thread in threads:
        thread.join(20)
    swept, calls = (after[name] - before.get(name, 0) for name in (SWEPT, "api:vouchers"))
    share = given.rate_limit * BACKGROUND_SHARE
    lines = (
        f"{given.connections} connections, limit {given.rate_limit} a minute, {seconds:.0f} s",
        f"refused by the stand-in (429), all in all: {after.get('too_many_requests', 0)}",
        f"checks: {swept}, {swept / seconds:.2f} a second",
        f"of the sweep's share ({share:.0f} a minute): {swept / seconds * 60 / share:.1%}",
        f"people's calls of vouchers: {(calls - swept) / seconds * 60:.0f} a minute",
        f"people's calls that failed: {people.refused}",
        f"people's calls without the sweep: {_told(alone)}",
        f"people's calls beside the sweep:  {_told(people.took)}",
        f"of that, waiting for room:        {_told(people.waited)}",
        f"people's jobs beside the sweep:   {_told(people.jobs)}",
        f"connections that are not active afterwards: {_not_active(app)}",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _not_active(app: Flask) -> int:
    with app.extensions["sessions"]() as session:
        count = select(func.count(Connection.id))
        return session.scalar(count.where(Connection.status != ConnectionStatus.ACTIVE)) or 0


def _wait_for_first(visma: StandIn) -> None:
    while SWEPT not in visma.counters():
        time.sleep(0.2)


def _watch(app: Flask, seconds: float) -> None:
    """Wait until the time is over or too few connections are left to keep the sweep busy."""
    ends = time.monotonic() + seconds
    due = select(func.count(Connection.id)).where(Connection.next_check_at <= now())
    while time.monotonic() < ends:
        time.sleep(min(5.0, max(0.0, ends - time.monotonic())))
        with app.extensions["sessions"]() as session:
            if (session.scalar(due) or 0) < BATCH:
                return


def _told(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "too few"
    parts = quantiles(seconds, n=20)
    return (
        f"half within {parts[9] * 1000:.0f} ms, 95 % within {parts[18] * 1000:.0f} ms"
        f" ({len(seconds)} in all)"
    )


if __name__ == "__main__":
    main()
