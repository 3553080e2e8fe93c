"""The worker: does jobs until told to stop, and finishes the one in hand."""

import asyncio
import signal
from contextlib import suppress

import structlog
from flask import Flask
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from wizard.jobs.queue import queue

CONCURRENT_JOBS = 8
GRACE_SECONDS = 20
POLL_SECONDS = 1.0
AGAIN_SECONDS = 1.0
OWN_SCHEMA = "-csearch_path=procrastinate"

log = structlog.get_logger()


def work(app: Flask, *, wait: bool = True) -> None:
    """Do background work for this application; with ``wait`` False, only what is there now."""
    url = app.extensions["engine"].url.set(drivername="postgresql")
    connector = PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False), kwargs={"options": OWN_SCHEMA}
    )
    with queue.replace_connector(connector) as connected:
        asyncio.run(_until_told(connected, app) if wait else _run(connected, app, wait=False))


async def _until_told(connected: App, app: Flask) -> None:
    """Again and again: the queue's own loop ends when the database goes away for a moment."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    stop = asyncio.create_task(told.wait())
    while not told.is_set():
        working = asyncio.create_task(_run(connected, app, wait=True))
        await asyncio.wait({working, stop}, return_when=asyncio.FIRST_COMPLETED)
        if told.is_set():
            working.cancel()  # which lets it finish the jobs in hand
        with suppress(asyncio.CancelledError, ConnectorException):
            await working
        if not told.is_set():
            log.error("worker_begins_again")
            await asyncio.wait({stop}, timeout=AGAIN_SECONDS)


async def _run(connected: App, app: Flask, *, wait: bool) -> None:
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
