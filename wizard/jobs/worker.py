"""The worker: does jobs until told to stop, and finishes the one in hand."""

from flask import Flask
from procrastinate import PsycopgConnector

from wizard.jobs.queue import queue

CONCURRENT_JOBS = 8
GRACE_SECONDS = 20
POLL_SECONDS = 1.0
OWN_SCHEMA = "-csearch_path=procrastinate"


def work(app: Flask, *, wait: bool = True) -> None:
    """Do background work for this application; with ``wait`` False, only what is there now."""
    url = app.extensions["engine"].url.set(drivername="postgresql")
    connector = PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False), kwargs={"options": OWN_SCHEMA}
    )
    with queue.replace_connector(connector) as connected:
        connected.run_worker(
            wait=wait,
            concurrency=CONCURRENT_JOBS,
            fetch_job_polling_interval=POLL_SECONDS,
            shutdown_graceful_timeout=GRACE_SECONDS,
            delete_jobs="successful",
            additional_context={"app": app},
        )
