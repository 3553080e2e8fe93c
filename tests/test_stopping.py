"""Web and worker told to stop while new tokens are on their way: they are stored before the end."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random

import requests

from tests.aftermath import all_stored, all_work, refresh_by_the_worker, until
from tests.conftest import SETTINGS
from tests.grants import connect_many
from tests.kill_load import Load
from tests.live import Wizard
from tests.nursery import Nursery
from tests.standin import StandIn
from wizard import create_app

READERS = 2


def test_told_to_stop_they_store_the_tokens_on_their_way_first(
    database_url: str, catalogues: None, visma: StandIn, tmp_path: Path
) -> None:
    listening, url = Wizard.address()
    settings = {
        **{name: SETTINGS[name] for name in ("secret_key", "token_keys", "log_level")},
        "database_url": database_url,
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
        visma.configure(token_latency_ms=3000)
        visma.clear_counters()
        with ThreadPoolExecutor(READERS) as pool:
            reading = [pool.submit(read) for read in readers]
            refresh_by_the_worker(app, ids[READERS:])
            until(lambda: visma.counters().get("token:refresh_token") == len(ids))
            assert "token_answered" not in visma.counters()
            nursery.stop("worker")
            nursery.stop("web")
            nursery.listening.close()
            for one in reading:
                with suppress(requests.RequestException):
                    one.result()
        assert visma.counters()["refreshed"] == len(ids)
        assert all_stored(app, ids)
        visma.configure(token_latency_ms=0)
        all_work(app, visma, ids)
    finally:
        nursery.close()
        app.extensions["engine"].dispose()
