"""PostgreSQL restarted under load: what came meanwhile is stored, and all goes on by itself."""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import requests
from flask import Flask

from tests.conftest import SETTINGS, migrate
from tests.grants import connect_many
from tests.kill_load import Load
from tests.live import Wizard
from tests.nursery import Nursery
from tests.postgres import FAST
from tests.standin import StandIn
from wizard import create_app, embedded
from wizard.embedded.place import settle
from wizard.embedded.programs import find_programs
from wizard.models import Connection, ConnectionStatus, now
from wizard.services.health import check_now
from wizard.services.queue import enqueue
from wizard.services.tokens import access_token
from wizard.web.workshops import workshop_for

READERS, PATIENCE, SECONDS = 3, 90.0, 20.0


@dataclass(frozen=True)
class Cluster:
    """A server of the test's own, which it may stop."""

    url: str
    folder: Path

    def control(self, word: str, *options: str) -> None:
        """As a database's keeper would, with the server's own program."""
        place = settle(self.folder)
        given: list[str | Path] = [word, "-w", "-D", place.data, "-l", place.log, *options]
        done = place.account.run(find_programs(place) / "pg_ctl", *given, cwd=place.home)
        assert done.returncode == 0, done.stdout


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        url = embedded.use(folder, FAST)
        migrate(url)
        yield Cluster(url, folder)
        embedded.remove(folder)


def until(happened: Callable[[], object]) -> None:
    """Ask again and again, until it has happened."""
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


@pytest.mark.parametrize(("mode", "away"), [("immediate", True), ("fast", False)])
def test_tokens_on_their_way_are_stored_when_the_database_is_back(
    cluster: Cluster, catalogues: None, visma: StandIn, tmp_path: Path, mode: str, away: bool
) -> None:
    listening, url = Wizard.address()
    settings = {
        **{name: SETTINGS[name] for name in ("secret_key", "token_keys", "log_level")},
        "database_url": cluster.url,
        "sandbox_url": visma.url,
        "visma_client_id": visma.client_id,
        "visma_client_secret": visma.client_secret,
    }
    app = create_app(**settings, public_url=url)
    ids = connect_many(app, visma, READERS * 2)
    load = Load(app, visma, url, Random(1))
    readers = [load.reader(connection_id) for connection_id in ids[:READERS]]
    nursery = Nursery.open(listening, url, tmp_path / "log", **settings)
    try:
        for read in readers:
            read()  # signed in, and refreshed once
        visma.configure(token_latency_ms=2000)
        visma.clear_counters()
        with ThreadPoolExecutor(READERS) as pool:
            reading = [pool.submit(read) for read in readers]
            refresh_by_the_worker(app, ids[READERS:])
            until(lambda: visma.counters().get("token:refresh_token") == len(ids))
            if away:
                cluster.control("stop", "-m", mode)
                page = requests.get(f"{url}/k/okand", timeout=PATIENCE)
                assert page.status_code == 503
                assert "Retry-After" in page.headers
                assert "<h1" in page.text
                until(lambda: visma.counters().get("token_answered") == len(ids))
                embedded.use(cluster.folder, FAST)
            else:
                cluster.control("restart", "-m", mode)
            for one in reading:
                with suppress(requests.RequestException):
                    one.result()
        until(lambda: all_stored(app, ids))
        assert visma.counters()["refreshed"] == len(ids)
        visma.configure(token_latency_ms=0)
        refresh_by_the_worker(app, ids)
        until(lambda: visma.counters()["refreshed"] == len(ids) * 2)
        until(lambda: all_stored(app, ids))
        all_work(app, visma, ids)
        assert [read() for read in readers] == ["read"] * READERS
    finally:
        nursery.close()
        app.extensions["engine"].dispose()


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
