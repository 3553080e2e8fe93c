"""A process's tally: what it has counted is added to the database, every few seconds and when it ends."""

import secrets
from threading import Event, Lock, Thread

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import sessionmaker

from wizard import figures
from wizard.services.upkeep import measurements
from wizard.services.upkeep.measurements import Figure

EVERY_SECONDS = 10.0
CONNECTIONS, MOST_CONNECTIONS = (
    "wizard_database_connections_in_use",
    "wizard_database_connections_limit",
)
THREADS, MOST_THREADS = "wizard_threads_in_use", "wizard_threads_limit"

log = structlog.get_logger()


class Tally:
    """What this process counts from now on, ``role`` being web or worker, and how busy it is."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._sessions = engine, sessionmaker(engine)
        self._role, self._threads = "web", 0
        self._process = secrets.token_hex(8)
        self._added = figures.samples()
        self._lock, self._over = Lock(), Event()

    def start(self, role: str, threads: int = 0) -> None:
        """Add to the database from a thread of its own; ``threads`` is how many answer requests."""
        self._role, self._threads = role, threads
        Thread(target=self._go_on, daemon=True, name="tally").start()

    def stop(self) -> None:
        """Add what is left, and say no more of this process."""
        self._over.set()
        self.add()
        with self._sessions() as session:
            try:
                measurements.forget_process(session, self._process)
            except SQLAlchemyError:
                log.info("tally_not_forgotten")  # it is too old in half a minute

    def add(self) -> None:
        """Add what has been counted since the last time; kept for the next when the database is away."""
        with self._lock, self._sessions() as session:
            counted = figures.samples()
            new = {
                Figure(sample, labels): value - self._added.get((family, sample, labels), 0.0)
                for (family, sample, labels), value in counted.items()
                if self._added.get((family, sample, labels)) != value  # a new one may be nought
            }
            try:
                measurements.add(session, new)
            except SQLAlchemyError as error:
                log.info("tally_waits", error=type(error).__name__)
                return
            self._added = counted

    def tell(self) -> None:
        """Say how busy this process is."""
        pool = self._engine.pool
        of = (("process", self._role),)
        values = {
            Figure(CONNECTIONS, of): float(pool.checkedout()),  # type: ignore[attr-defined]
            Figure(MOST_CONNECTIONS, of): float(pool.size()),  # type: ignore[attr-defined]
        }
        if self._threads:
            values[Figure(THREADS, of)] = float(figures.REQUESTS_UNDER_WAY.take_most())
            values[Figure(MOST_THREADS, of)] = float(self._threads)
        with self._sessions() as session:
            try:
                measurements.tell(session, self._process, values)
            except SQLAlchemyError as error:
                log.info("tally_waits", error=type(error).__name__)

    def _go_on(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            self.tell()
            self.add()
