"""The worker: does jobs until told to stop, and finishes the one in hand.

It outlives the database: one that restarts, falls silent or has another version's schema is waited for.
"""

import asyncio
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Thread
from typing import Any

import psycopg
import structlog
from flask import Flask
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from wizard import lines
from wizard.jobs.queue import queue
from wizard.jobs.slots import CONCURRENT_JOBS
from wizard.wiring.watch import Watch

GRACE_SECONDS = 20
POLL_SECONDS = 1.0
AGAIN_SECONDS = 1.0
CONNECTIONS = 4  # of the queue's own, and one more that listens
CONNECTION_SECONDS = 5.0
LAST_SECONDS = (
    25.0  # after it was told to stop: then it waits no longer for a database that is away
)
BEAT_SECONDS = 50.0  # longest between two signs of life while the database answers

log = structlog.get_logger()


def work(app: Flask, *, wait: bool = True) -> None:
    """Do background work for this application; with ``wait`` False, only what is there now."""
    url = app.extensions["engine"].url.set(drivername="postgresql")
    connector = PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False),
        kwargs=lines.NETWORK,
        configure=_begin,
        min_size=1,
        max_size=CONNECTIONS,
        timeout=CONNECTION_SECONDS,
    )
    with queue.replace_connector(connector) as connected:
        if wait:
            asyncio.run(Worker(connected, app).until_told())
        else:
            asyncio.run(_run(connected, app, wait=False))


class Worker:
    """One that goes on until it is told to stop."""

    def __init__(self, connected: App, app: Flask) -> None:
        self._connected, self._app = connected, app
        self._watch = Watch(app.extensions["engine"])
        self._told = asyncio.Event()
        self._told_at: float | None = None
        self._beat_at = time.monotonic()

    async def until_told(self) -> None:
        """Again and again: the queue's own loop ends when the database goes away for a moment."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._tell)
        self._watch.start()
        self._app.extensions["tally"].start("worker")
        self._note_beats()
        Thread(target=self._mind_the_end, daemon=True, name="end").start()
        stop = asyncio.create_task(self._told.wait())
        while not self._told.is_set():
            if self._watch.complaint is None:
                await self._work_while_all_is_well(stop)
            await asyncio.wait({stop}, timeout=AGAIN_SECONDS)
        self._watch.stop()
        await asyncio.to_thread(self._app.extensions["tally"].stop)

    async def _work_while_all_is_well(self, stop: "asyncio.Task[Any]") -> None:
        self._beat_at = time.monotonic()
        working = asyncio.create_task(_run(self._connected, self._app, wait=True))
        while not (working.done() or self._told.is_set() or self._is_in_the_way()):
            await asyncio.wait({working, stop}, timeout=1, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()  # which lets it finish the jobs in hand
        with suppress(asyncio.CancelledError, ConnectorException, psycopg.Error):
            await working
        if not self._told.is_set():
            log.error("worker_begins_again")

    def _is_in_the_way(self) -> bool:
        """Whether the database must not be used; a moment's silence stops nobody."""
        return self._watch.is_silent or self._watch.is_unfit

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        self._told.set()

    def _note_beats(self) -> None:
        manager: Any = self._connected.job_manager
        beat = manager.update_heartbeat

        async def noted(worker_id: int) -> None:
            await beat(worker_id)
            self._beat_at = time.monotonic()

        manager.update_heartbeat = noted

    def _mind_the_end(self) -> None:
        """In a thread of its own: end the process if it cannot end or live by itself."""
        while True:
            time.sleep(1)
            moment = time.monotonic()
            if self._told_at is not None:
                if moment - self._told_at > LAST_SECONDS and self._watch.complaint:
                    log.error("worker_ended_without_the_database")
                    os._exit(1)
            elif self._watch.complaint:
                self._beat_at = moment
            elif moment - self._beat_at > BEAT_SECONDS:
                log.error("worker_fell_silent")
                os._exit(1)


async def _begin(connection: psycopg.AsyncConnection[Any]) -> None:
    """As every connection of the queue's begins."""
    lines.remember(connection)
    before = connection.autocommit
    await connection.set_autocommit(True)
    await connection.execute(lines.QUEUE)
    await connection.set_autocommit(before)


async def _run(connected: App, app: Flask, *, wait: bool) -> None:
    # Jobs run in the loop's threads, of which there are few on a machine with few cores.
    threads = ThreadPoolExecutor(CONCURRENT_JOBS, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(threads)
    async with connected.open_async():
        await connected.run_worker_async(
            wait=wait,
            concurrency=CONCURRENT_JOBS,
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=GRACE_SECONDS,
            delete_jobs="successful",
            additional_context={"app": app},
            install_signal_handlers=False,
        )
