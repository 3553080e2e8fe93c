"""Empties a database between tests, over one connection that stays open.

To truncate is slow: the tables of the wizard hang together, and each, with all its indexes, gets a new file.
What a test wrote is a few rows, which are deleted. Dead rows stay in their files, since nothing vacuums
here; once a table has grown by them, or by a test that wrote much, all are truncated.
"""

import time

import psycopg
from psycopg import sql

PATIENCE_SECONDS = 20
LARGE = 64 * 8192  # bytes of one table

SEND_AWAY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
TABLES = """
    SELECT nspname, relname, pg_relation_size(pg_class.oid) FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')
    AND relname <> 'alembic_version' AND pg_relation_size(pg_class.oid) > 0
"""
AUDIT = ("public", "audit_entries")  # it refuses to be emptied
TRIGGER = sql.SQL("ALTER TABLE audit_entries {} TRIGGER USER")
# The queue's own trigger writes to it when jobs are deleted, which it may not in the same statement.
FIRST = ("procrastinate", "procrastinate_periodic_defers")
RESTART = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""
ROUNDS = 5  # what is deleted leaves marks, which are deleted in the next

Connection = psycopg.Connection[tuple[object, ...]]
Table = tuple[str, str]


class Emptying:
    """Makes a database as the template, again and again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = self._connect()

    def empty(self) -> None:
        """Terminate all other connections, delete all rows, and let the sequences start anew."""
        try:
            _empty(self._connection)
        except psycopg.OperationalError:  # the test ended this one too
            self.close()
            self._connection = self._connect()
            _empty(self._connection)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _connect(self) -> Connection:
        # The queue's triggers name their tables without the schema.
        options = "-c search_path=public,procrastinate"
        return psycopg.connect(self._url, autocommit=True, options=options)


def _empty(connection: Connection) -> None:
    _send_away(connection)
    for _ in range(ROUNDS):
        sizes = {
            (str(schema), str(name)): size for schema, name, size in connection.execute(TABLES)
        }
        touched = _touched(connection, list(sizes))
        if not touched:
            break
        with connection.transaction():
            if AUDIT in touched:
                connection.execute(TRIGGER.format(sql.SQL("DISABLE")))
            if any(int(str(sizes[table])) > LARGE for table in sizes):
                connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(_listed(touched)))
            else:
                _delete(connection, touched)
            if AUDIT in touched:
                connection.execute(TRIGGER.format(sql.SQL("ENABLE")))
    else:
        message = f"rows came back {ROUNDS} times"
        raise RuntimeError(message)
    connection.execute(RESTART)


def _send_away(connection: Connection) -> None:
    """PostgreSQL's own waiting looks only each tenth of a second."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while connection.execute(SEND_AWAY).fetchone():
        if time.monotonic() > ends:
            message = "a connection to the database does not end"
            raise TimeoutError(message)
        time.sleep(0.001)


def _touched(connection: Connection, tables: list[Table]) -> list[Table]:
    """Those with rows."""
    if not tables:
        return []
    exists = [sql.SQL("EXISTS (SELECT FROM {})").format(sql.Identifier(*table)) for table in tables]
    found = connection.execute(sql.SQL("SELECT {}").format(sql.SQL(", ").join(exists))).fetchone()
    return [table for table, rows in zip(tables, found or (), strict=True) if rows]


def _delete(connection: Connection, tables: list[Table]) -> None:
    """In one statement, at whose end no row refers to one that is gone."""
    delete = sql.SQL("DELETE FROM {}")
    if FIRST in tables:
        connection.execute(delete.format(sql.Identifier(*FIRST)))
    parts = [
        sql.SQL("{} AS ({})").format(
            sql.Identifier(f"of_{name}"), delete.format(sql.Identifier(schema, name))
        )
        for schema, name in tables
        if (schema, name) != FIRST
    ]
    if parts:
        connection.execute(sql.SQL("WITH {} SELECT").format(sql.SQL(", ").join(parts)))


def _listed(tables: list[Table]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(*table) for table in tables)
