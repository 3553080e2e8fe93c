"""Cheap test of pooled database connections before use, so that a server restart goes unnoticed."""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

LONG_IDLE = 30.0  # seconds; then a firewall may have dropped the connection
RETURNED = "returned"


def look_before_use(engine: Engine) -> None:
    """Discard dead connections at checkout; recently used ones are tested without a round trip.

    A ping of every connection (SQLAlchemy's ``pool_pre_ping``) costs as much as a statement.
    """

    def note_return(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[RETURNED] = time.monotonic()

    def look(connection: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        returned = entry.info.get(RETURNED)
        if returned is None:  # a new connection
            return
        if connection.closed or _is_hung_up(connection):
            raise InvalidatePoolError
        if time.monotonic() - returned > LONG_IDLE and not _answers(engine, connection):
            raise InvalidatePoolError

    event.listen(engine, "checkin", note_return)
    event.listen(engine, "checkout", look)


def _is_hung_up(connection: Any) -> bool:
    """True if the socket has unread data: unasked, a server only sends that it shuts down."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _answers(engine: Engine, connection: Any) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except engine.dialect.loaded_dbapi.Error:
        return False
