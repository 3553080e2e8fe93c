"""A web process looks whether a worker answers, and mails the operator when none does."""

import time
from threading import Event, Thread

import psycopg
import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from wizard.mail.sending import deliver
from wizard.mail.smtp import Mailer
from wizard.services.upkeep import heartbeat, worker_silence
from wizard.wiring.addresses import for_letters

EVERY_SECONDS = 20.0
PATIENCE_SECONDS = 120.0  # a restart is no death; and a worker counts as silent after a minute

log = structlog.get_logger()


class WorkerWatch:
    """Begun in each web process; the first to notice tells."""

    def __init__(self, app: Flask, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._app, self._patience = app, patience_seconds
        self._silent_since: float | None = None
        self._over = Event()

    def start(self) -> None:
        """Look in a thread of this process."""
        Thread(target=self._go_on, daemon=True, name="worker-watch").start()

    def stop(self) -> None:
        """Look no longer."""
        self._over.set()

    def look(self) -> None:
        """Look once; of a database that is away nothing is concluded."""
        with self._app.app_context():
            try:
                self._look()
            except (SQLAlchemyError, psycopg.Error):
                self._silent_since = None
            except Exception:  # it looks again
                log.exception("worker_watch_failed")

    def _look(self) -> None:
        sessions, settings = self._app.extensions["sessions"], self._app.extensions["settings"]
        with sessions() as session:
            if heartbeat.pulse(session).is_alive:
                self._silent_since = None
                worker_silence.note_answer(session)
                return
            self._silent_since = self._silent_since or time.monotonic()
            mailer = Mailer.of(settings)
            if mailer is None or time.monotonic() - self._silent_since < self._patience:
                return
            letter = worker_silence.note_silence(session, settings.operator_email)
        if letter is not None:
            deliver(sessions, mailer, for_letters(), letter)

    def _go_on(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self.look()
