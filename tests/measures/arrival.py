"""Times the return from the provider: `python -m tests.measures.arrival` prints our share of callback and check.

Approvers approve at the stand-in, whose token endpoint and API each answer after 50 ms. Measured are
the callback, and the next request, which exchanges the code and checks the connection, minus the time
in which at least one response of the stand-in was awaited. The rest is our share: statements, which
are counted and timed, and other work.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from requests.adapters import HTTPAdapter
from sqlalchemy import event

from tests.conftest import SETTINGS, migrate
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from tests.support.transactions import guard
from tests.support.traveller import (
    HERS,
    OURS,
    Traveller,
    address,
    invite,
)
from wizard import create_app

LATENCY_MS = 50
MOST_SHARE = 0.2  # of the stand-in's time
WARM = 3


@dataclass
class Clock:
    """The times of waiting for responses, and of statements, for one request at a time."""

    waits: list[tuple[float, float]] = field(default_factory=list)
    statements: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Reset for another request."""
        self.waits.clear()
        self.statements.clear()
        self.texts.clear()

    def waited(self) -> float:
        """Seconds in which at least one response was awaited; concurrent waits count once."""
        total, last = 0.0, 0.0
        for began, ended in sorted(self.waits):
            total += max(0.0, ended - max(began, last))
            last = max(last, ended)
        return total


@dataclass(frozen=True)
class Share:
    """A request in milliseconds: total, our CPU time, the stand-in's time; and the number of calls."""

    whole: float
    processor: float
    theirs: float
    texts: tuple[str, ...]
    in_statements: float
    calls: int

    @property
    def statements(self) -> int:
        """How many statements were sent."""
        return len(self.texts)

    @property
    def ours(self) -> float:
        """Our share: the total minus the stand-in's time."""
        return self.whole - self.theirs


@contextmanager
def watched(app: Flask) -> Iterator[Clock]:
    """Time all calls to the provider and all statements during the block."""
    clock, send = Clock(), HTTPAdapter.send

    def timed(self: HTTPAdapter, *args: Any, **kwargs: Any) -> Any:
        began = time.perf_counter()
        try:
            return send(self, *args, **kwargs)
        finally:
            clock.waits.append((began, time.perf_counter()))

    def before(
        _connection: Any, _cursor: Any, _text: str, _given: Any, context: Any, *_: Any
    ) -> None:
        context.began = time.perf_counter()

    def after(
        _connection: Any, _cursor: Any, sent: str, _given: Any, context: Any, *_: Any
    ) -> None:
        clock.texts.append(" ".join(sent.split()))
        clock.statements.append(time.perf_counter() - context.began)

    event.listen(app.extensions["engine"], "before_cursor_execute", before)
    event.listen(app.extensions["engine"], "after_cursor_execute", after)
    HTTPAdapter.send = timed  # type: ignore[method-assign]
    try:
        yield clock
    finally:
        HTTPAdapter.send = send  # type: ignore[method-assign]


def walk(app: Flask, visma: StandIn, clock: Clock, number: int) -> tuple[Share, Share]:
    """Measure one approver's callback and check."""
    traveller = Traveller.with_link(app, visma, address(invite(app, firm=f"Byrå {number} AB")))
    home = visma.approve(traveller.go_straight().depart(), "Vera Välja", HERS)
    client = traveller.browser.client

    def ask(path: str) -> tuple[Share, str]:
        clock.clear()
        began, spent = time.perf_counter(), time.process_time()
        answer = client.get(path)
        whole, spent = time.perf_counter() - began, time.process_time() - spent
        assert answer.status_code == 303, answer.text
        share = Share(
            whole=whole * 1000,
            processor=spent * 1000,
            theirs=clock.waited() * 1000,
            texts=tuple(clock.texts),
            in_statements=sum(clock.statements) * 1000,
            calls=len(clock.waits),
        )
        return share, urlsplit(answer.location).path

    callback, path = ask(home.removeprefix(OURS))
    check, end = ask(path)
    assert end.endswith("/klart"), end
    return callback, check


def main() -> int:
    """Print the figures; returns 1 if our time exceeds its share of the stand-in's."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=40)
    people = options.parse_args().people
    with (
        TestServer.open(migrate) as server,
        StandIn.start(redirect_uris=[f"{OURS}/visma/callback"]) as visma,
    ):
        app = create_app(**{**SETTINGS, **visma.settings, "database_url": server.create("arrival")})
        guard(app)
        visma.configure(api_latency_ms=LATENCY_MS, token_latency_ms=LATENCY_MS, rate_limit=10**6)
        with watched(app) as clock:
            walks = [walk(app, visma, clock, number) for number in range(WARM + people)][WARM:]
        app.extensions["engine"].dispose()
        server.drop("arrival")
    return _tell(walks)


def _tell(walks: list[tuple[Share, Share]]) -> int:
    """Print a line for each request; other work on the machine affects CPU time the least."""
    _say(f"{'':10}{'whole':>9}{'stand-in':>12}{'ours':>12}{'processor':>12}{'statements':>13}")
    for name, shares in zip(("callback", "check"), zip(*walks, strict=True), strict=True):
        parts = [
            median(getattr(share, what) for share in shares)
            for what in ("whole", "theirs", "ours", "processor", "in_statements")
        ]
        number, calls = shares[-1].statements, shares[-1].calls
        line = "".join(f"{part:9.1f} ms" for part in parts)
        _say(f"{name:10}{line} for {number}{f', {calls} calls' if calls else ''}")
    ours = median(callback.ours + check.ours for callback, check in walks)
    theirs = median(callback.theirs + check.theirs for callback, check in walks)
    share = ours / theirs
    _say(f"our share of both: {ours:.1f} ms, {share:.2f} x the stand-in's, goal {MOST_SHARE}")
    return 0 if share <= MOST_SHARE else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
