"""A database that vanishes without a word: web and worker notice, say so, and go on when it is back."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy.orm import Session

from tests.support.ports import free_port
from tests.support.programs import WORKER, program, web
from tests.support.proxy import Proxy
from wizard import lines
from wizard.extensions import make_engine
from wizard.models import now
from wizard.services.upkeep import heartbeat

PATIENCE = 120.0  # for programs that start on a busy machine
THREADS = 4


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    with Proxy.before(database_url) as proxy:
        yield proxy


def until(happened: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait until it has happened; returns the seconds that took."""
    begun = time.monotonic()
    while not happened():
        assert time.monotonic() - begun < seconds, "it did not happen"
        time.sleep(0.1)
    return time.monotonic() - begun


def test_the_kernel_looks_after_every_connection(proxy: Proxy) -> None:
    engine = make_engine(proxy.url)
    with (
        engine.connect() as ours,
        psycopg.connect(_libpq(proxy.url), **lines.NETWORK) as queues,
    ):
        for connection in (ours.connection.driver_connection, queues):
            assert connection
            with socket.socket(fileno=connection.fileno()) as line:
                assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
                assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 10_000
                line.detach()
    engine.dispose()


def test_whoever_waits_for_a_silent_database_can_be_hung_up_on(proxy: Proxy) -> None:
    engine = make_engine(proxy.url)
    with engine.connect() as waiting, ThreadPoolExecutor(1) as pool:
        waiting.exec_driver_sql("select 1")
        proxy.fall_silent()
        asked = pool.submit(waiting.exec_driver_sql, "select 1")
        time.sleep(0.2)
        assert not asked.done()
        assert lines.hang_up() >= 1
        error = asked.exception(10)
    assert getattr(error, "connection_invalidated", False)
    proxy.speak()
    engine.dispose()


@pytest.mark.system
def test_the_health_check_answers_within_two_seconds_whatever_happens(
    proxy: Proxy, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"

    def status() -> int:
        try:
            return requests.get(f"{url}/healthz", timeout=10).status_code
        except requests.ConnectionError:
            return 0

    def page() -> int:
        return requests.get(f"{url}/k/okand", timeout=PATIENCE).status_code

    settings = {"public_url": url, "database_url": proxy.url}
    with program(web(port, THREADS), tmp_path / "log", **settings):
        until(lambda: status() == 200)
        before = page()
        assert before < 500
        proxy.fall_silent()
        with ThreadPoolExecutor(THREADS * 2) as people:
            waiting = [people.submit(page) for _ in range(THREADS * 2)]  # more than it has threads
            took, said = [], []
            ends = time.monotonic() + 15
            while time.monotonic() < ends:
                begun = time.monotonic()
                said.append(status())
                took.append(time.monotonic() - begun)
            assert [one.result() for one in waiting] == [503] * len(waiting)
        assert said[-1] == 503
        assert max(took) < 2, max(took)
        assert requests.get(f"{url}/logga-in", timeout=2).status_code == 200
        proxy.speak()
        assert until(lambda: status() == 200) < 10
        assert page() == before


@pytest.mark.system
def test_the_worker_beats_again_and_can_be_stopped(
    proxy: Proxy, database_url: str, session: Session, tmp_path: Path
) -> None:
    def beats() -> bool:
        session.rollback()
        answered = heartbeat.pulse(session).answered_at
        return answered is not None and answered > begun

    with program(WORKER, tmp_path / "log", database_url=proxy.url) as worker:
        begun = now()
        until(beats)
        proxy.fall_silent()
        time.sleep(25)  # longer than it takes to hang up, and to try anew
        assert worker.poll() is None
        proxy.speak()
        begun = now()
        assert until(beats) < 60
        proxy.fall_silent()
        time.sleep(3)
        told = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        worker.wait(PATIENCE)
        assert time.monotonic() - told < 30


def _libpq(url: str) -> str:
    return url.replace("+psycopg", "")
