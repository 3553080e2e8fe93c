"""Processes that request an access token simultaneously, forked from one that has loaded everything.

`.venv/bin/python -m tests.support.racers` reads its task from standard input as JSON, and prints
one line for the result of each process.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import select

from wizard import create_app
from wizard.models import Connection
from wizard.services.context import ProviderContext
from wizard.services.grants.tokens import access_token
from wizard.wiring.providers import provider_context

ROOT = Path(__file__).parents[2]
SECONDS, PATIENCE = 90.0, 180.0  # reached only if a race hangs


@dataclass(frozen=True)
class Race:
    """Processes that race for one connection; ``refused`` is the token that the provider refused to all."""

    connection_id: int
    settings: dict[str, str] = field(repr=False)
    refused: str | None = field(default=None, repr=False)
    number: int = 64

    def run(self) -> list[str]:
        """The result of each process: an access token, or the name of an error."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.racers"],
            input=json.dumps(asdict(self)),
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


def main() -> None:
    """Fork the processes, wait until all are ready, start them together, and collect their results."""
    race = Race(**json.load(sys.stdin))
    app = create_app(**race.settings)
    with app.app_context():
        context = provider_context("visma")
    with context.sessions() as session:
        session.get(Connection, race.connection_id)  # fills caches before the fork
    app.extensions["engine"].dispose()
    barrier, ready = os.pipe(), os.pipe()
    children = [_fork(race, context, barrier, ready) for _ in range(race.number)]
    os.close(ready[1])
    for _ in range(race.number):
        os.read(ready[0], 1)
    os.close(barrier[1])
    failed = [child for child in children if os.waitpid(child, 0)[1]]
    sys.exit(bool(failed))


def _fork(
    race: Race, context: ProviderContext, barrier: tuple[int, int], ready: tuple[int, int]
) -> int:
    child = os.fork()
    if child:
        return child
    try:
        got = _run(race, context, barrier, ready)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the test is to see it
        got = repr(error)
    os.write(1, f"{got}\n".encode())
    os._exit(0)


def _run(
    race: Race, context: ProviderContext, barrier: tuple[int, int], ready: tuple[int, int]
) -> str:
    os.close(barrier[1])
    try:
        with context.sessions() as session:
            session.execute(select(1))  # opens a connection, as in a serving process
    finally:
        os.write(ready[1], b".")
    os.read(barrier[0], 1)
    return access_token(context, race.connection_id, SECONDS, refused=race.refused)


if __name__ == "__main__":
    main()
