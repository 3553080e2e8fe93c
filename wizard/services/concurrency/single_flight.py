"""Single-flight execution that outlives the caller's timeout: one thread at a time for each name.

A response with new tokens is their only copy. The thread completes even if its request ends, its job
stops or its process is told to exit: the interpreter waits for it.
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
STORE_SECONDS = 900.0  # how long storing new tokens is retried while the database is unavailable
LOOK_AGAIN = 0.2

log = structlog.get_logger()
_lock = RLock()
_under_way: dict[Hashable, Future[Any]] = {}


def run_single_flight(name: Hashable, work: Callable[[], T], seconds: float) -> T:
    """The result or exception of ``work``; raises TimeoutError after ``seconds``, while the work continues.

    Concurrent callers with the same name in this process share one execution: a hundred readers of a
    connection use one thread and one database connection.
    """
    mine = (os.getpid(), name)  # a forked child does not have its parent's threads
    with _lock:
        future: Future[T] = _under_way.get(mine) or _start(mine, work)
    return future.result(timeout=seconds)


def until_stored(store: Callable[[], T]) -> T:
    """Call ``store`` until it succeeds, for up to STORE_SECONDS, since there is no other copy."""
    ends = time.monotonic() + STORE_SECONDS
    while True:
        try:
            return store()
        except (DBAPIError, PoolTimeoutError) as error:
            if time.monotonic() > ends:
                log.error("tokens_lost", error=type(error).__name__)
                raise
            time.sleep(LOOK_AGAIN)


def _start(name: Hashable, work: Callable[[], T]) -> "Future[T]":
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="flight")
    future: Future[T] = executor.submit(copy_context().run, work)
    executor.shutdown(wait=False)  # the thread ends when the work is done
    _under_way[name] = future
    future.add_done_callback(partial(_finished, name))
    return future


def _finished(name: Hashable, future: "Future[Any]") -> None:
    with _lock:
        _under_way.pop(name, None)
    if error := future.exception():  # possibly no caller waits for it any more
        log.info("single_flight_failed", error=type(error).__name__, why=str(error)[:200])
