"""Connections to the database are looked at before use, with and without asking the server."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from wizard import pool
from wizard.extensions import make_engine

MINE = "select pg_backend_pid()"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def keeper(database_url: str) -> Iterator[Connection]:
    """Somebody else at the server, who sees and may end sessions."""
    engine = make_engine(database_url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def pid(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(MINE)) or 0)


def last_words(keeper: Connection, session: int) -> str:
    seen = text("select query from pg_stat_activity where pid = :pid")
    return str(keeper.scalar(seen, {"pid": session}))


def test_a_session_that_was_ended_is_replaced_without_an_error(
    engine: Engine, keeper: Connection
) -> None:
    first = pid(engine)
    keeper.execute(text("select pg_terminate_backend(:pid, 10000)"), {"pid": first})
    assert pid(engine) != first


def test_all_sessions_are_replaced_when_one_was_ended(engine: Engine, keeper: Connection) -> None:
    with engine.connect() as one, engine.connect() as other:
        before = {one.scalar(text(MINE)), other.scalar(text(MINE))}
    for session in before:
        keeper.execute(text("select pg_terminate_backend(:pid, 10000)"), {"pid": session})
    with engine.connect() as one, engine.connect() as other:
        assert before.isdisjoint({one.scalar(text(MINE)), other.scalar(text(MINE))})


def test_a_session_used_just_now_is_not_asked(engine: Engine, keeper: Connection) -> None:
    session = pid(engine)
    with engine.connect():
        assert last_words(keeper, session) == "ROLLBACK"


def test_one_that_was_idle_for_long_is_asked(
    engine: Engine, keeper: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = pid(engine)
    monkeypatch.setattr(pool, "LONG_IDLE", 0.0)
    with engine.connect():
        assert last_words(keeper, session) != "ROLLBACK"
