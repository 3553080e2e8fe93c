"""Connections to the database are looked at before use, so that a restarted server goes unnoticed."""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

LONG_IDLE = 30.0  # seconds; after that something between us and the server may have forgotten it
RETURNED = "returned"


def look_before_use(engine: Engine) -> None:
    """Give out no connection whose server is gone: one that was used just now without asking it.

    To ask, as SQLAlchemy's ``pool_pre_ping`` does of every connection, costs as much as a statement.
    """

    def note_return(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[RETURNED] = time.monotonic()

    def look(connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        returned = entry.info.get(RETURNED)
        if returned is None:  # it was made just now
            return
        if connection.closed or _is_hung_up(connection):
            raise InvalidatePoolError
        if time.monotonic() - returned > LONG_IDLE and not _answers(engine, connection):
            raise InvalidatePoolError

    event.listen(engine, "checkin", note_return)
    event.listen(engine, "checkout", look)


def _is_hung_up(connection: Any) -> bool:
    """Whether there is something to read: a server says nothing unasked, but that it goes away."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except engine.dialect.loaded_dbapi.Error:
        return False
