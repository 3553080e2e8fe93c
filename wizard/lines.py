"""Connections to the database: how each begins, and how all end when the database has fallen silent.

Packets that are dropped tell nobody anything. The kernel gives up after seconds where it can see that
nobody confirms; where something in between goes on confirming, whoever keeps watch hangs up.
"""

import os
import socket
from contextlib import closing, suppress
from threading import Lock
from typing import Any
from weakref import WeakSet

import psycopg
from psycopg import BaseConnection, Error
from sqlalchemy import URL, Engine, event
from sqlalchemy.exc import TimeoutError as NotNowError

# libpq's parameters for every connection, in seconds; the last in milliseconds.
NETWORK: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# Said after connecting: poolers refuse them as parameters of the start. What is asked ends early, so that
# helping processes and compiling, which PostgreSQL plans by what all rows would cost, take longer than they save.
APPLICATION = (
    "select set_config('search_path', 'public, procrastinate', false), "  # our transactions enqueue
    "set_config('statement_timeout', '30000', false), "
    "set_config('max_parallel_workers_per_gather', '0', false), "
    "set_config('jit', 'off', false)"
)
QUEUE = "select set_config('search_path', 'procrastinate', false)"
PID = "select pg_backend_pid()"
SHARED = (
    "Mellan oss och databasen står en pooler som delar ut sessioner för en transaktion i taget "
    "(pool_mode = transaction). Då fungerar varken lås eller kö. Sätt pool_mode = session."
)

_open: WeakSet[BaseConnection[Any]] = WeakSet()
_lock = Lock()
_closed: str | None = None


def begin_well(engine: Engine) -> None:
    """Begin each connection of the engine as ours begin, and make none while the door is closed."""

    def begin(connection: Any, _entry: object) -> None:
        remember(connection)
        connection.autocommit = True
        connection.execute(APPLICATION)
        connection.autocommit = False

    def only_if_open(*_: object) -> None:
        if _closed:
            raise NotNowError(_closed)

    event.listen(engine, "do_connect", only_if_open)
    event.listen(engine, "connect", begin)
    event.listen(engine, "checkout", only_if_open)


def remember(connection: BaseConnection[Any]) -> None:
    """Hang this connection up with the others."""
    with _lock:
        _open.add(connection)


def shares_sessions(url: URL) -> bool:
    """Whether two connections get the same session in turn, as from a pooler by transaction."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with (
        psycopg.connect(address, autocommit=True, **NETWORK) as one,
        psycopg.connect(address, autocommit=True, **NETWORK) as other,
    ):
        remember(one)
        remember(other)
        return one.execute(PID).fetchone() == other.execute(PID).fetchone()


def encoding(url: URL) -> str:
    """How the database's server writes text down; anything but UTF8 cannot hold what people write."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, **NETWORK) as line:
        return line.info.parameter_status("server_encoding") or ""


def close_door(why: str | None) -> None:
    """Let nobody begin to use the database until told None; whoever tries gets TimeoutError at once."""
    global _closed  # noqa: PLW0603 -- one for the process, as its connections are
    _closed = why


def hang_up() -> int:
    """End all connections of this process, whatever they wait for; returns how many."""
    with _lock:
        found = list(_open)
        _open.clear()
    return sum(end(connection) for connection in found)


def end(connection: BaseConnection[Any]) -> bool:
    """End one connection: who waits for it gets an OperationalError. False if it had ended."""
    with suppress(OSError, Error):
        with closing(socket.socket(fileno=os.dup(connection.fileno()))) as line:
            line.shutdown(socket.SHUT_RDWR)
        return True
    return False
