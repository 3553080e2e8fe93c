"""Processes that want an access token at the same moment: forked from one that has loaded everything.

`.venv/bin/python -m tests.racers` reads what they are to do on its standard input, as JSON, and prints
what each of them got, a line each.
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
from wizard.services.tokens import access_token
from wizard.services.workshop import Workshop
from wizard.web.workshops import workshop_for

ROOT = Path(__file__).parents[1]
SECONDS, PATIENCE = 90.0, 180.0  # only a race that hangs takes them


@dataclass(frozen=True)
class Race:
    """So many processes for one connection; ``refused`` is the token they all have been refused."""

    connection_id: int
    settings: dict[str, str] = field(repr=False)
    refused: str | None = field(default=None, repr=False)
    number: int = 64

    def run(self) -> list[str]:
        """What each got: an access token, or the name of an error."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.racers"],
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
    """Fork them, wait until all are ready, let them go, and wait for what they bring."""
    race = Race(**json.load(sys.stdin))
    app = create_app(**race.settings)
    with app.app_context():
        workshop = workshop_for("visma")
    with workshop.sessions() as session:
        session.get(
            Connection, race.connection_id
        )  # all that is worked out once is worked out here
    app.extensions["engine"].dispose()
    barrier, ready = os.pipe(), os.pipe()
    children = [_fork(race, workshop, barrier, ready) for _ in range(race.number)]
    os.close(ready[1])
    for _ in range(race.number):
        os.read(ready[0], 1)
    os.close(barrier[1])
    failed = [child for child in children if os.waitpid(child, 0)[1]]
    sys.exit(bool(failed))


def _fork(race: Race, workshop: Workshop, barrier: tuple[int, int], ready: tuple[int, int]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        got = _run(race, workshop, barrier, ready)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the test is to see it
        got = repr(error)
    os.write(1, f"{got}\n".encode())
    os._exit(0)


def _run(race: Race, workshop: Workshop, barrier: tuple[int, int], ready: tuple[int, int]) -> str:
    os.close(barrier[1])
    try:
        with workshop.sessions() as session:
            session.execute(select(1))  # connected, as a process that serves is
    finally:
        os.write(ready[1], b".")
    os.read(barrier[0], 1)
    return access_token(workshop, race.connection_id, SECONDS, refused=race.refused)


if __name__ == "__main__":
    main()
