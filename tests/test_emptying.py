"""Between tests a database is as the template, whatever the test did to it."""

import os

import psycopg
import pytest
from sqlalchemy import make_url

from tests.support.postgres import TestServer

FIRMS = """
    INSERT INTO firms (created_at, name, contact_name, contact_email, contact_phone)
    SELECT now(), 'Byrån ' || number, 'Britta Berg', 'britta@example.com', '08-123 45 67'
    FROM generate_series(1, {}) number
"""
COMPANIES = """
    INSERT INTO companies (created_at, public_id, firm_id, name, sort_key, organisation_number)
    SELECT now(), 'c' || id, id, name, name, '5591234561' FROM firms
"""
DEFER = """
    WITH job AS (
        INSERT INTO procrastinate.procrastinate_jobs (queue_name, task_name, args)
        VALUES ('slow', 'knows', '{}') RETURNING id
    )
    INSERT INTO procrastinate.procrastinate_periodic_defers (task_name, defer_timestamp, job_id)
    SELECT 'knows', 1, id FROM job
"""
NOTE = """
    INSERT INTO audit_entries (at, actor, actor_name, action)
    VALUES (now(), 'user', 'Adam Al', 'firm_changed')
"""
LEFT = (
    "firms",
    "companies",
    "standings",
    "standing_counts",
    "standing_marks",
    "company_words",
    "audit_entries",
)


@pytest.fixture
def url(server: TestServer) -> tuple[str, str]:
    """The name of a database of this module's, and its address."""
    name = f"emptied_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    address = make_url(server.fresh(name)).set(drivername="postgresql")
    server.empty(name)
    return name, address.render_as_string(hide_password=False)


@pytest.mark.parametrize("number", [3, 12_000])
def test_nothing_is_left_of_few_rows_nor_of_many(
    server: TestServer, url: tuple[str, str], number: int
) -> None:
    name, address = url
    with psycopg.connect(address, options="-c search_path=public,procrastinate") as connection:
        connection.execute(FIRMS.format(number).encode())
        for statement in (COMPANIES, DEFER, NOTE):
            connection.execute(statement.encode())
    server.empty(name)
    with psycopg.connect(address) as connection:
        rows = " union all ".join(f"SELECT count(*) FROM {table}" for table in LEFT)
        assert connection.execute(rows.encode()).fetchall() == [(0,)] * len(LEFT)
        connection.execute(FIRMS.format(1).encode())
        assert connection.execute("SELECT id FROM firms").fetchall() == [(1,)]
        connection.execute(NOTE.encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM audit_entries")


def test_whoever_is_still_there_is_sent_away(server: TestServer, url: tuple[str, str]) -> None:
    name, address = url
    with psycopg.connect(address) as connection:
        connection.execute(FIRMS.format(1).encode())
        server.empty(name)
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_a_session_that_the_test_has_ended_is_made_anew(
    server: TestServer, url: tuple[str, str]
) -> None:
    name, address = url
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(FIRMS.format(1).encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    server.empty(name)
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM firms").fetchone() == (0,)
