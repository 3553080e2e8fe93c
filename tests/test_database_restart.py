"""PostgreSQL restarted under load: what came meanwhile is stored, and all goes on by itself."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.conftest import migrate
from tests.support.aftermath import (
    all_stored,
    all_work,
    refresh_by_the_worker,
    until,
)
from tests.support.busy import busy
from tests.support.postgres import FAST
from tests.support.standin import StandIn
from wizard import embedded
from wizard.embedded.place import settle
from wizard.embedded.programs import find_programs

READERS, PATIENCE = 3, 90.0


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


@pytest.mark.parametrize(("mode", "away"), [("immediate", True), ("fast", False)])
def test_tokens_on_their_way_are_stored_when_the_database_is_back(
    cluster: Cluster, catalogues: None, visma: StandIn, tmp_path: Path, mode: str, away: bool
) -> None:
    with busy(cluster.url, visma, tmp_path / "log", READERS) as wizard:
        visma.configure(token_latency_ms=2000)
        visma.clear_counters()
        with ThreadPoolExecutor(READERS) as pool:
            reading = [pool.submit(read) for read in wizard.readers]
            refresh_by_the_worker(wizard.app, wizard.unread)
            until(lambda: visma.counters().get("token:refresh_token") == len(wizard.ids))
            if away:
                cluster.control("stop", "-m", mode)
                page = requests.get(f"{wizard.url}/k/okand", timeout=PATIENCE)
                assert page.status_code == 503
                assert "Retry-After" in page.headers
                assert "<h1" in page.text
                until(lambda: visma.counters().get("token_answered") == len(wizard.ids))
                embedded.use(cluster.folder, FAST)
            else:
                cluster.control("restart", "-m", mode)
            for one in reading:
                with suppress(requests.RequestException):
                    one.result()
        until(lambda: all_stored(wizard.app, wizard.ids))
        assert visma.counters()["refreshed"] == len(wizard.ids)
        visma.configure(token_latency_ms=0)
        refresh_by_the_worker(wizard.app, wizard.ids)
        until(lambda: visma.counters()["refreshed"] == len(wizard.ids) * 2)
        until(lambda: all_stored(wizard.app, wizard.ids))
        all_work(wizard.app, visma, wizard.ids)
        assert [read() for read in wizard.readers] == ["read"] * READERS
