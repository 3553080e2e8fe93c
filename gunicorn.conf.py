"""What gunicorn reads by itself in this folder; its command line says the rest."""

from typing import Any

from wizard.wiring.watch import Watch


def post_worker_init(worker: Any) -> None:
    """Keep watch over the database in each of its processes."""
    extensions = worker.wsgi.extensions
    extensions["watch"] = Watch(extensions["engine"], threads=worker.cfg.threads)
    extensions["watch"].start()
