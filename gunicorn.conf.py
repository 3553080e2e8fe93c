"""What gunicorn reads by itself in this folder; its command line says the rest."""

from typing import Any

from wizard.wiring.watch import Watch
from wizard.wiring.worker_watch import WorkerWatch

# Seconds in which what is under way may end, when told to stop or to reload. Whoever stops us waits
# longer: compose.yaml and docs/deploy/systemd say for how long.
graceful_timeout = 60


def post_worker_init(worker: Any) -> None:
    """Keep watch over the database and workers, and a tally, in each of its processes."""
    extensions = worker.wsgi.extensions
    extensions["watch"] = Watch(extensions["engine"], threads=worker.cfg.threads)
    extensions["watch"].start()
    extensions["open_documents"].limit(worker.cfg.threads)
    extensions["tally"].start("web", worker.cfg.threads)
    WorkerWatch(worker.wsgi).start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Add what the process has counted to the figures of all."""
    application = getattr(worker, "wsgi", None)  # one that could not be loaded has none
    if application is not None:
        application.extensions["tally"].stop()
