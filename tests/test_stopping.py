"""Web and worker told to stop: what is under way is ended first, and it gets the time for it."""

import os
import re
import runpy
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import requests
import yaml

from tests.conftest import SETTINGS
from tests.support.aftermath import (
    all_stored,
    all_work,
    refresh_by_the_worker,
    until,
)
from tests.support.books import BookReader
from tests.support.busy import busy
from tests.support.live import Wizard
from tests.support.standin import StandIn
from wizard import create_app
from wizard.config import ROOT

READERS = 2
LARGE = "A-13"  # 20 MB: more than the buffers on the way hold


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


def test_told_to_stop_a_document_that_is_under_way_is_handed_over_whole(
    database_url: str, catalogues: None, visma: StandIn, tmp_path: Path
) -> None:
    listening, url = Wizard.address()
    settings = {
        **{name: SETTINGS[name] for name in ("secret_key", "token_keys", "log_level")},
        "database_url": database_url,
        **visma.settings,
    }
    app = create_app(**settings, public_url=url)
    reader = BookReader.connect(app, visma)
    cookie = reader.browser.client.get_cookie("session")
    wizard = Wizard.start(listening, url, tmp_path / "log", **settings)
    try:
        with requests.get(
            url + reader.documents(LARGE)[0],
            cookies={"session": cookie.value if cookie else ""},
            stream=True,
            timeout=60,
        ) as document:
            assert document.status_code == 200
            taken = len(document.raw.read(1024))
            os.kill(wizard.process.pid, signal.SIGTERM)
            listening.close()
            time.sleep(2)  # whoever does not wait for it has ended by then
            assert wizard.process.poll() is None
            while more := document.raw.read(1 << 16):
                taken += len(more)
        assert taken == int(document.headers["Content-Length"]) > 10**7
        assert wizard.process.wait(20) == 0
    finally:
        if wizard.process.poll() is None:
            wizard.kill()
        app.extensions["engine"].dispose()


def test_whoever_stops_the_web_server_gives_it_the_time_it_takes() -> None:
    takes = runpy.run_path(str(ROOT / "gunicorn.conf.py"))["graceful_timeout"]
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["web"]
    given = {"compose.yaml": int(compose["stop_grace_period"].removesuffix("s"))}
    unit = ROOT / "docs/deploy/systemd/kopplingsguiden-web.service"
    [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", unit.read_text(), re.MULTILINE)
    given["systemd"] = int(seconds)
    assert {name: seconds for name, seconds in given.items() if seconds <= takes} == {}
