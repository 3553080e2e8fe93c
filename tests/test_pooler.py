"""PgBouncer before the database: all works with sessions, and by transaction it is said what to set."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url, text

from tests.support.ports import free_port
from tests.support.programs import program, web
from wizard import lines
from wizard.jobs import worker
from wizard.services.concurrency.locks import BusyError, alone
from wizard.services.concurrency.queue import enqueue

pytestmark = pytest.mark.system
PATIENCE = 60.0
SETTINGS = """
[databases]
{name} = host={host} port={port} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {here}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
"""
# PgBouncer refuses to run as root; the embedded server's socket is then nobody's.
ACCOUNT = "nobody" if os.geteuid() == 0 else None


@contextmanager
def pgbouncer(database_url: str, mode: str) -> Iterator[str]:
    """Debian's PgBouncer; yields the database's address through it."""
    found = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "PgBouncer saknas: apt-get install --no-install-recommends pgbouncer"
    url, here = make_url(database_url), free_port()
    given = SETTINGS.format(
        name=url.database,
        host=url.query.get("host") or url.host,
        port=url.query.get("port") or url.port or 5432,
        user=url.username,
        password=url.password,
        here=here,
        mode=mode,
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(given, "utf-8")
        process = subprocess.Popen(
            [found, settings], user=ACCOUNT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            through = url.set(host="127.0.0.1", port=here, query={})
            address = through.render_as_string(hide_password=False)
            _wait_for(address)
            yield address
        finally:
            process.terminate()
            process.wait()


@pytest.fixture
def pooled(database_url: str) -> Iterator[str]:
    """The database's address through a PgBouncer that keeps sessions."""
    with pgbouncer(database_url, "session") as url:
        yield url


def test_with_sessions_pages_jobs_and_locks_work(
    pooled: str, make_app: Callable[..., Flask]
) -> None:
    app = make_app(database_url=pooled)
    assert app.test_client().get("/healthz").status_code == 200
    sessions = app.extensions["sessions"]
    with sessions() as session:
        enqueue(session, "forget_rate_counts", timestamp=0)
        session.commit()
    worker.work(app, wait=False)
    with sessions() as session:
        ours = text("select count(*) from procrastinate_jobs where args->>'timestamp' = '0'")
        left = session.scalar(ours)  # a round that begins meanwhile may wait
    assert left == 0
    with alone(sessions, "a name", 5), pytest.raises(BusyError), alone(sessions, "a name", 0.2):
        pass


def test_by_transaction_it_is_said_what_to_set(
    database_url: str, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    with pgbouncer(database_url, "transaction") as url:
        app, log = make_app(database_url=url), tmp_path / "log"
        assert lines.shares_sessions(app.extensions["engine"].url)
        done = app.test_cli_runner().invoke(args=["db", "upgrade"])
        assert done.exit_code == 1
        assert "Sätt pool_mode = session" in done.output
        with (
            program(("flask", "jobs", "work"), log, database_url=url),
            program(web(free_port(), 4), log, database_url=url),
        ):
            ends = time.monotonic() + PATIENCE
            while log.read_text().count("Sätt pool_mode = session") < 2:
                assert time.monotonic() < ends, log.read_text()
                time.sleep(0.2)


def _wait_for(url: str) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url.replace("+psycopg", "")).close()
        except psycopg.OperationalError:
            assert time.monotonic() < ends
            time.sleep(0.1)
        else:
            return
