"""Starts the stand-in: python -m wizard.sandbox."""

import argparse
import os
import signal
import socket
import sys
from dataclasses import replace
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from wizard.sandbox import create_app
from wizard.sandbox.settings import HOST, Settings


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn server with one process, since the state is in memory, and many threads."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        fd = self._settings.listen_fd
        options = {
            "bind": f"{HOST}:{self._settings.port}" if fd is None else f"fd://{fd}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._settings.threads,
            "keepalive": 75,
            "timeout": 0,
            "graceful_timeout": 0,
            "control_socket_disable": True,
            "loglevel": "warning",
            "accesslog": None,
            "proc_name": "ovningsmiljo",
            "preload_app": True,
            "post_worker_init": stop_at_once,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self._app


def stop_at_once(worker: Any) -> None:  # noqa: ARG001
    """Exit without waiting for slow responses; all state that must persist is already on disk."""

    def stop(*_: object) -> None:
        os._exit(0)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, stop)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def main() -> int:
    """Read settings and arguments, and serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m wizard.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, help="instead of SANDBOX_PORT")
    parser.add_argument("--state-file", help="instead of SANDBOX_STATE_FILE")
    arguments = parser.parse_args()
    if arguments.state_file:
        os.environ["SANDBOX_STATE_FILE"] = arguments.state_file
    settings = Settings.from_environment()
    if arguments.port:
        settings = replace(settings, port=arguments.port)
    if settings.listen_fd is None and _is_taken(settings.port):
        print(f"Port {settings.port} är upptagen. Välj en annan med SANDBOX_PORT.", file=sys.stderr)  # noqa: T201
        return 1
    sys.argv = sys.argv[:1]  # gunicorn would parse our arguments
    Server(create_app(settings), settings).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
