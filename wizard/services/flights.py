"""Work that nobody's impatience cuts off: on a thread of its own, one at a time for each thing.

An answer that holds new tokens is the only copy there is. A request that ends, a job that stops and
a process that is told to stop let such a thread land: the interpreter waits for it.
"""

import os
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import RLock
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

T = TypeVar("T")
STORE_SECONDS = 900.0  # so long new tokens are held on to while the database is away
LOOK_AGAIN = 0.2

log = structlog.get_logger()
_door = RLock()
_under_way: dict[Hashable, Future[Any]] = {}


def fly(name: Hashable, work: Callable[[], T], seconds: float) -> T:
    """What the work gives, or raises; TimeoutError after these seconds, though it goes on.

    Who asks for the same name meanwhile, in this process, gets the same: a hundred readers of one
    connection take one thread, and one place in the queue for the database.
    """
    mine = (os.getpid(), name)  # a forked child has none of its parent's threads
    with _door:
        flight: Future[T] = _under_way.get(mine) or _take_off(mine, work)
    return flight.result(timeout=seconds)


def until_stored(store: Callable[[], T]) -> T:
    """Store what came, again and again while the database is away: there is no second copy."""
    ends = time.monotonic() + STORE_SECONDS
    while True:
        try:
            return store()
        except (DBAPIError, PoolTimeoutError) as error:
            if time.monotonic() > ends:
                log.error("tokens_lost", error=type(error).__name__)
                raise
            time.sleep(LOOK_AGAIN)


def _take_off(name: Hashable, work: Callable[[], T]) -> "Future[T]":
    pilot = ThreadPoolExecutor(max_workers=1, thread_name_prefix="flight")
    flight: Future[T] = pilot.submit(copy_context().run, work)
    pilot.shutdown(wait=False)  # the thread ends with its work
    _under_way[name] = flight
    flight.add_done_callback(partial(_land, name))
    return flight


def _land(name: Hashable, flight: "Future[Any]") -> None:
    with _door:
        _under_way.pop(name, None)
    if error := flight.exception():  # perhaps nobody waits for it any more
        log.info("flight_failed", error=type(error).__name__, why=str(error)[:200])
