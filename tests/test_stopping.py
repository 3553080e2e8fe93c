"""Web and worker told to stop while new tokens are on their way: they are stored before the end."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import requests

from tests.support.aftermath import (
    all_stored,
    all_work,
    refresh_by_the_worker,
    until,
)
from tests.support.busy import busy
from tests.support.standin import StandIn

READERS = 2


def test_told_to_stop_they_store_the_tokens_on_their_way_first(
    database_url: str, catalogues: None, visma: StandIn, tmp_path: Path
) -> None:
    with busy(database_url, visma, tmp_path / "log", READERS) as wizard:
        visma.configure(token_latency_ms=6000)
        visma.clear_counters()
        with ThreadPoolExecutor(READERS) as pool:
            reading = [pool.submit(read) for read in wizard.readers]
            refresh_by_the_worker(wizard.app, wizard.unread)
            until(lambda: visma.counters().get("token:refresh_token") == len(wizard.ids))
            assert "token_answered" not in visma.counters()
            wizard.nursery.stop("worker")
            wizard.nursery.stop("web")
            wizard.nursery.listening.close()
            for one in reading:
                with suppress(requests.RequestException):
                    one.result()
        assert visma.counters()["refreshed"] == len(wizard.ids)
        assert all_stored(wizard.app, wizard.ids)
        visma.configure(token_latency_ms=0)
        all_work(wizard.app, visma, wizard.ids)
