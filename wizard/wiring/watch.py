"""Keeping watch over the database: does it answer, does its schema fit, does it keep sessions?

One thread of each web and worker process asks, a few times a second, on a connection of its own. When
no answer comes for seconds, all that wait for the database are hung up on. Until one comes, and while
it is a bad one, nobody begins to use it: pages say at once that they cannot be shown just now, and a
worker begins nothing.
"""

import asyncio
import select
import time
from contextlib import suppress
from threading import Thread
from typing import Any

import psycopg
import structlog
from sqlalchemy import URL, Engine

from wizard import lines
from wizard.migrations import fitness

EVERY_SECONDS = 0.3
LOOK_SECONDS = 0.1
SILENT_SECONDS = 1.2  # then we are not ready; /healthz has to be answered within two
HANG_UP_SECONDS = 5.0
SILENT = "Databasen svarar inte."

log = structlog.get_logger()


class Watch:
    """What is known of the database: ``complaint`` is None while all is well.

    ``threads`` is how many of a web server can wait for it, None if that is not known.
    """

    def __init__(self, engine: Engine, *, threads: int | None = None) -> None:
        self.complaint: str | None = SILENT
        self._engine, self._threads = engine, threads
        self._own: psycopg.AsyncConnection[Any] | None = None
        self._silent_since: float | None = None
        self._told: str | None = None
        self._over = False

    def start(self) -> None:
        """Watch in a thread of this process."""
        Thread(target=lambda: asyncio.run(self._watch()), daemon=True, name="watch").start()

    def stop(self) -> None:
        """Watch no longer, and let everybody in."""
        self._over = True
        lines.close_door(None)

    @property
    def is_silent(self) -> bool:
        """Whether the database has not answered for so long that all were hung up on."""
        return self._silence() > HANG_UP_SECONDS

    @property
    def is_unfit(self) -> bool:
        """Whether it answers, and must not be used."""
        return self.complaint not in {None, SILENT}

    async def _watch(self) -> None:
        while not self._over:
            self._silent_since = self._silent_since or time.monotonic()
            asked = asyncio.create_task(self._ask())
            while not (await asyncio.wait({asked}, timeout=LOOK_SECONDS))[0]:
                self._look_at_the_clock()
            try:
                self._conclude(asked.result())
            except (psycopg.Error, OSError):
                self._own = None
                self._look_at_the_clock()
            await asyncio.sleep(EVERY_SECONDS)

    async def _ask(self) -> str | None:
        """What stands in the way; raises an error of psycopg when the database is away."""
        if self._own is None:
            if await asyncio.to_thread(lines.shares_sessions, self._engine.url):
                return lines.SHARED
            self._own = await _connect(self._engine.url)
        try:
            found = await (await self._own.execute(fitness.SCHEMA)).fetchone()
        except psycopg.errors.UndefinedTable:
            found = None
        return fitness.misfit(found[0] if found else None)

    def _look_at_the_clock(self) -> None:
        """After a moment of silence we are not ready; after some more, all are hung up on."""
        silence = self._silence()
        if silence < SILENT_SECONDS or self._has_answer():
            return
        self.complaint = SILENT
        if silence > HANG_UP_SECONDS or self._all_wait():
            lines.close_door(SILENT)
            hung_up = lines.hang_up()
            if self._own is not None:
                lines.end(self._own)
            if hung_up:
                log.error("database_silent", hung_up=hung_up, seconds=round(silence, 1))

    def _silence(self) -> float:
        since = self._silent_since
        return time.monotonic() - since if since else 0.0

    def _has_answer(self) -> bool:
        """Whether an answer has come that this busy process has not got round to."""
        with suppress(psycopg.Error, OSError):
            if self._own is not None:
                return bool(select.select([self._own.fileno()], [], [], 0)[0])
        return False

    def _all_wait(self) -> bool:
        """Whether every thread of the web server has a connection: nobody could be answered."""
        pool: Any = self._engine.pool
        return self._threads is not None and pool.checkedout() >= self._threads

    def _conclude(self, complaint: str | None) -> None:
        """It has answered."""
        if self._over:
            return
        self._silent_since = None
        self.complaint = complaint
        lines.close_door(complaint)
        if complaint and complaint != self._told:
            log.error("database_unfit", why=complaint)
        self._told = complaint


async def _connect(url: URL) -> psycopg.AsyncConnection[Any]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return await psycopg.AsyncConnection.connect(address, autocommit=True, **lines.NETWORK)
