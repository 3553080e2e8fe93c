"""Times a page of the guide against the same page in Django and in Starlette: `python -m tests.measures.throughput`.

All three read the same link in the same database, use a session and a CSRF token, choose a language,
translate, and send the same headers; first their text is compared. Each runs in its own process and is
called alternately, without a network, which measures the application only; then each is called through
its usual server, one request after the other.
"""

import argparse
import html
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Self

from sqlalchemy import select

from tests.conftest import SETTINGS, migrate
from tests.measures.throughput import facts
from tests.support.ports import free_port
from tests.support.postgres import TestServer
from tests.support.traveller import invite
from wizard import config, create_app
from wizard.demo.catalogues import compile_changed
from wizard.models import InvitationKey, InvitationStatus, RequirementAnswer, Step, now
from wizard.services.crypto.digests import digest

HERE = Path(__file__).parent
PINS = HERE / "requirements.txt"
LIBRARIES = config.INSTANCE / "throughput"
NAMES = {"wizard": "in_flask", "Django": "in_django", "Starlette": "in_starlette"}
GOALS = {"Django": 1.5, "Starlette": 1.0}
GUNICORN = (
    "gunicorn --worker-class gthread --workers 1 --threads 4 --no-control-socket --bind {bind}"
)
UVICORN = "uvicorn --workers 1 --no-access-log --log-level error --host 127.0.0.1 --port {port}"
# Our own configuration of gunicorn stands in this folder, and another application has nothing it speaks of.
SERVERS = {
    "wizard": GUNICORN,
    "Django": f"{GUNICORN} --config {os.devnull}",
    "Starlette": UVICORN,
}
TOKEN = re.compile(r'name="(?:csrf_token|csrfmiddlewaretoken|press)" value="[^"]+"')
PATIENCE = 120


class Reader:
    """A framework's page in its own process."""

    def __init__(self, name: str, path: str, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.measures.throughput.reading"]
        self.process = subprocess.Popen(
            [*command, f"tests.measures.throughput.{NAMES[name]}", path],
            cwd=config.ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.first = self._hear()
        assert self.first["status"] == 200, (name, self.first)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def ask(self, number: int) -> dict[str, float]:
        """Request ``number`` pages; returns the time of one."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        found: dict[str, float] = self._hear()
        return found

    def words(self) -> str:
        """The text of the page, without random parts."""
        said = html.unescape(TOKEN.sub("", self.first["body"]))
        return re.sub(r"\s*([<>])\s*", r"\1", " ".join(said.split()))

    def _hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("A page could not be made; what went wrong stands above.")
        return json.loads(line)


def main() -> int:
    """Print the figures; returns 1 if a goal is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--pages", type=int, default=40, help="in each round")
    given = options.parse_args()
    _need_libraries()
    compile_changed(config.ROOT / "translations")
    with TestServer.open(migrate) as server, _half_way(server) as (environment, path):
        with ExitStack() as stack:
            readers = {name: stack.enter_context(Reader(name, path, environment)) for name in NAMES}
            _compare(readers)
            alone = _by_turns(readers, given.rounds, given.pages)
            cookies = {name: str(reader.first["cookie"]) for name, reader in readers.items()}
        served = _through_servers(path, environment, cookies, given.rounds, given.pages)
    return _tell(alone, served)


def _need_libraries() -> None:
    if not (LIBRARIES / "django").is_dir():
        pip = f"{sys.executable} -m pip install --require-hashes --no-deps"
        raise SystemExit(
            f"Django and Starlette are no parts of the product. To compare with them, once:\n"
            f"{pip} --target {LIBRARIES} -r {PINS}"
        )


@contextmanager
def _half_way(server: TestServer) -> Iterator[tuple[dict[str, str], str]]:
    """A link whose reader is unsure about the second requirement, and the path of that page."""
    url = server.create("throughput")
    app = create_app(**{**SETTINGS, "database_url": url})
    link = invite(app)
    with app.extensions["sessions"].begin() as session:
        key = session.scalars(
            select(InvitationKey).where(InvitationKey.secret_hash == digest(link.secret))
        ).one()
        key.step, key.bookkeeping_answer = Step.APPROVE, RequirementAnswer.UNSURE
        key.invitation.status, key.invitation.started_at = InvitationStatus.STARTED, now()
        path = facts.STEP.format(public_id=key.invitation.public_id)
        kept = {name: text for name, text in os.environ.items() if not name.startswith("WIZARD_")}
        environment = {
            **kept,
            "PYTHONPATH": str(LIBRARIES),
            facts.DATABASE: url,
            facts.KEY_ID: str(key.id),
        }
    yield environment, path
    app.extensions["engine"].dispose()
    server.drop("throughput")


def _compare(readers: dict[str, Reader]) -> None:
    """Assert that all three pages have the same text, so that the figures are comparable."""
    words = {name: reader.words() for name, reader in readers.items()}
    for name, said in words.items():
        if said != words["wizard"]:
            first = next(
                (
                    at
                    for at, pair in enumerate(zip(said, words["wizard"], strict=False))
                    if pair[0] != pair[1]
                ),
                min(len(said), len(words["wizard"])),
            )
            raise SystemExit(
                f"{name} says something else: …{said[first - 60 : first + 60]}…\n"
                f"instead of …{words['wizard'][first - 60 : first + 60]}…"
            )
    _say(f"the same page by all three: {len(readers['wizard'].first['body'].encode()):,} bytes")


def _by_turns(
    readers: dict[str, Reader], rounds: int, pages: int
) -> dict[str, list[dict[str, float]]]:
    found: dict[str, list[dict[str, float]]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, reader in readers.items():
            found[name].append(reader.ask(pages))
    return found


def _through_servers(
    path: str, environment: dict[str, str], cookies: dict[str, str], rounds: int, pages: int
) -> dict[str, float]:
    """The median time of a page through each framework's server, in seconds."""
    found: dict[str, list[float]] = {name: [] for name in NAMES}
    with ExitStack() as stack:
        ports = {name: stack.enter_context(_serving(name, environment)) for name in NAMES}
        for _ in range(rounds):
            for name, port in ports.items():
                found[name].append(_time(port, path, cookies[name], pages))
    return {name: median(times) for name, times in found.items()}


@contextmanager
def _serving(name: str, environment: dict[str, str]) -> Iterator[int]:
    port = free_port()
    command = SERVERS[name].format(bind=f"127.0.0.1:{port}", port=port)
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                *command.split(),
                f"tests.measures.throughput.{NAMES[name]}:app",
            ],
            cwd=config.ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            _await(port)
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _await(port: int) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return


def _time(port: int, path: str, cookie: str, pages: int) -> float:
    """Seconds per page, over one keep-alive connection."""
    headers = {"Cookie": cookie, "Accept-Language": "sv", "Host": "localhost"}
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    began = time.perf_counter()
    for _ in range(pages):
        asking.request("GET", path, headers=headers)
        answer = asking.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
    lasted = time.perf_counter() - began
    asking.close()
    return lasted / pages


def _tell(alone: dict[str, list[dict[str, float]]], served: dict[str, float]) -> int:
    """Print a line for each; the ratio is of pages per CPU second in one round, as the median of rounds.

    A busy worker renders a page while another one waits for the database, so CPU time is decisive.
    """
    _say(
        f"{'':10}{'processor':>12}{'a second':>10}{'with waiting':>14}{'with server':>13}{'ratio':>8}"
    )
    kept = True
    for name, times in alone.items():
        processor, seconds = (
            median(one[what] for one in times) for what in ("processor", "seconds")
        )
        line = f"{name:10}{processor * 1000:9.2f} ms{1 / processor:10.0f}"
        line += f"{seconds * 1000:11.2f} ms{served[name] * 1000:10.2f} ms"
        if name in GOALS:
            pairs = zip(times, alone["wizard"], strict=True)
            ratio = median(theirs["processor"] / ours["processor"] for theirs, ours in pairs)
            kept &= ratio >= GOALS[name]
            line += f"{ratio:8.2f}  goal {GOALS[name]}"
        _say(line)
    return 0 if kept else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
