"""PgBouncer before the database: by session, by transaction, and with TLS."""

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

from tests.support.certificates import self_signed
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
{tls}
auth_type = any
pool_mode = {mode}
"""
TLS = """
client_tls_sslmode = require
client_tls_key_file = {0}
client_tls_cert_file = {0}
"""
# PgBouncer refuses to run as root; the embedded server's socket is then nobody's.
ACCOUNT = "nobody" if os.geteuid() == 0 else None


@contextmanager
def pgbouncer(database_url: str, mode: str, certificate: Path | None = None) -> Iterator[str]:
    """Debian's PgBouncer; yields the database's address through it, by TLS alone with a certificate."""
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
        tls=TLS.format(certificate) if certificate else "",
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        settings = Path(folder) / "pgbouncer.ini"
        settings.write_text(given, "utf-8")
        process = subprocess.Popen(
            [found, settings], user=ACCOUNT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            trusted = {"sslmode": "verify-full", "sslrootcert": str(certificate)}
            query = trusted if certificate else {}
            through = url.set(host="127.0.0.1", port=here, query=query)
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


@pytest.fixture
def certificates() -> Iterator[tuple[Path, Path, Path]]:
    """The server's, one for another name, and one of somebody else; whoever runs PgBouncer can read them."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        made = []
        for name, host in (
            ("ours", "127.0.0.1"),
            ("named", "db.example.com"),
            ("other", "127.0.0.1"),
        ):
            (Path(folder) / name).mkdir()
            made.append(self_signed(Path(folder) / name, host))
            made[-1].chmod(0o644)
        yield made[0], made[1], made[2]


def test_by_tls_the_server_must_be_who_it_is_said_to_be(
    database_url: str,
    make_app: Callable[..., Flask],
    certificates: tuple[Path, Path, Path],
) -> None:
    ours, named, other = certificates
    with pgbouncer(database_url, "session", ours) as url:
        app = make_app(database_url=url, public_url="https://koppling.example.com")
        assert app.test_client().get("/healthz").status_code == 200
        assert app.test_cli_runner().invoke(args=["user", "list"]).exit_code == 0
        with app.extensions["engine"].connect() as line:
            assert line.connection.driver_connection.pgconn.ssl_in_use
        for root in (str(other), "/saknas"):
            wrong = make_url(url).update_query_dict({"sslrootcert": root})
            _is_refused(make_app(database_url=wrong.render_as_string(hide_password=False)))
    with pgbouncer(database_url, "session", named) as url:
        _is_refused(make_app(database_url=url))


def _is_refused(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["user", "list"])
    assert (done.exit_code, done.output.count("\n")) == (1, 1), done.output
    assert "certifikat godtas inte" in done.output
    assert app.test_client().get("/healthz").status_code == 503


def _wait_for(url: str) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(url.replace("+psycopg", "").replace("verify-full", "require")).close()
        except psycopg.OperationalError:
            assert time.monotonic() < ends
            time.sleep(0.1)
        else:
            return
