"""Databases for tests: one server for each checkout, and a copy of a template for each process.

A test process empties its copy after each test (`emptying.py`), which is much faster than another copy.
The server is the embedded one, outside `instance/` and without fsync. Concurrent test processes share
it and its template; the last one deletes it.
`WIZARD_TEST_DATABASE_URL`, of a role that may create databases, names another server to use
instead; there each process makes a template of its own and drops it.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import LiteralString, Self

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.support.emptying import Emptying
from wizard import embedded
from wizard.embedded import lock
from wizard.migrations import fitness

GIVEN = os.environ.get("WIZARD_TEST_DATABASE_URL")

# These settings risk data only if the machine crashes, not if a process is killed.
PATIENCE_SECONDS = 20

# Autovacuum would keep a database in use that a test drops, and cannot be terminated.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
}


class TestServer:
    """A server with a migrated template: `with TestServer.open(prepare) as server`.

    Names are unique to the test run, so that concurrent runs do not collide.
    """

    __test__ = False

    def __init__(self, admin_url: str, run: str) -> None:
        self._admin_url = make_url(admin_url)
        self._run = run
        self._fresh: dict[str, str] = {}
        self._emptying: dict[str, Emptying] = {}

    @classmethod
    def open(cls, prepare: Callable[[str], None]) -> Self:
        """Start or join the server; `prepare(url)` creates the template, once for all workers."""
        folder = _folder()
        folder.mkdir(mode=0o755, exist_ok=True)
        with lock.alone(folder / "tests.lock"):
            server = cls(GIVEN or embedded.use(folder, FAST), _run())
            server._prepare(prepare)
        return server

    def create(self, name: str) -> str:
        """A new copy of the template, replacing one with the same name; returns its SQLAlchemy URL."""
        self.drop(name)
        self._execute("CREATE DATABASE {} TEMPLATE {}", self._named(name), self._template)
        url = self._url(self._named(name))
        with psycopg.connect(_libpq(url)) as connection:
            connection.execute(fitness.SETTLE)  # else it is held, as copies of databases are
        return url

    def fresh(self, name: str) -> str:
        """As `create`, but reuses a database that `empty` has emptied."""
        if name not in self._fresh:
            self._fresh[name] = self.create(name)
        return self._fresh[name]

    def empty(self, name: str) -> None:
        """Terminate the database's connections and delete all rows, as in the template."""
        if name not in self._emptying:
            self._emptying[name] = Emptying(_libpq(self._fresh[name]))
        self._emptying[name].empty()

    def copy(self, url: str, name: str) -> str:
        """A copy of a database that nobody uses, as whoever owns the server would make it; its SQLAlchemy URL."""
        for emptying in self._emptying.values():
            emptying.close()  # it opens again when asked
        self.drop(name)
        source = str(make_url(url).database)
        self._execute("CREATE DATABASE {} TEMPLATE {}", self._named(name), source)
        return self._url(self._named(name))

    def create_empty(self, name: str) -> str:
        """A database without tables, for tests of migrations; returns its SQLAlchemy URL."""
        self.drop(name)
        self._execute("CREATE DATABASE {}", self._named(name))
        return self._url(self._named(name))

    def drop(self, name: str) -> None:
        """Drop the database if it exists, despite open connections.

        A connection that is just opening or closing cannot be terminated, so that this is retried.
        """
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._named(name))
            except psycopg.errors.InsufficientPrivilege:
                if time.monotonic() > ends:
                    raise
            else:
                return

    def close(self) -> None:
        """Leave the server; the last process deletes it."""
        for emptying in self._emptying.values():
            emptying.close()
        if GIVEN:
            for name in ("template", *self._fresh):
                self.drop(name)
            return
        with lock.alone(_folder() / "tests.lock"):
            embedded.remove(_folder())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _template(self) -> str:
        return self._named("template")

    def _named(self, name: str) -> str:
        return f"{name}_{self._run}"

    def _url(self, database: str) -> str:
        return self._admin_url.set(database=database).render_as_string(hide_password=False)

    def _prepare(self, prepare: Callable[[str], None]) -> None:
        """Fill a draft and rename it, so that the template exists only if complete."""
        if self._has(self._template):
            return
        if not GIVEN:
            self._ease_log_in()
        prepare(self.create_empty("draft"))
        rename = "ALTER DATABASE {} RENAME TO {}"
        self._execute(rename, self._named("draft"), self._template)

    def _ease_log_in(self) -> None:
        """Hash the role's password once and not 4,096 times, which each connection repeats."""
        password = sql.Literal(self._admin_url.password)
        with self._connect() as connection:
            connection.execute("SET scram_iterations = 1")
            connection.execute(sql.SQL("ALTER ROLE CURRENT_USER PASSWORD {}").format(password))

    def _has(self, database: str) -> bool:
        with self._connect() as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            return connection.execute(query, [database]).fetchone() is not None

    def _execute(self, statement: LiteralString, *names: str) -> None:
        with self._connect() as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        url = self._admin_url.render_as_string(hide_password=False)
        return psycopg.connect(_libpq(url), autocommit=True)


def _libpq(url: str) -> str:
    """The URL without SQLAlchemy's driver name."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run() -> str:
    """The run's id, which its workers share."""
    mine = f"p{os.getpid()}"
    return mine if GIVEN else os.environ.get("PYTEST_XDIST_TESTRUNUID", mine)[:12]


def _folder() -> Path:
    """The server's folder: the same for every run of this checkout and user, accessible to its account."""
    checkout = hashlib.sha256(os.fsencode(Path(__file__).resolve().parents[2])).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"kopplingsguiden-tests-{os.geteuid()}-{checkout}"
