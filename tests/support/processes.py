"""Web and worker as real processes, forked quickly from a process that has loaded everything."""

import os
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Literal, Self

from gunicorn.app.wsgiapp import WSGIApplication  # type: ignore[import-untyped]

from wizard import create_app
from wizard.jobs import worker

Role = Literal["web", "worker"]
STOP_SECONDS = 40
OPTIONS = "--worker-class gthread --workers 1 --threads 16 --no-control-socket"
_context = get_context("forkserver")


@dataclass
class Nursery:
    """A web server and a worker of one wizard, which can be killed and restarted."""

    url: str
    listening: socket.socket = field(repr=False)
    environment: dict[str, str] = field(repr=False)
    log: Path
    living: dict[Role, ForkServerProcess] = field(default_factory=dict)

    @classmethod
    def open(cls, listening: socket.socket, url: str, log: Path, **settings: str) -> Self:
        """Start both, at a listening socket, with settings by name without WIZARD_."""
        _context.set_forkserver_preload(["tests.support.processes"])
        given = {f"WIZARD_{name.upper()}": value for name, value in settings.items()}
        nursery = cls(url, listening, {**given, "WIZARD_PUBLIC_URL": url}, log)
        nursery.bear("web")
        nursery.bear("worker")
        return nursery

    def bear(self, role: Role) -> None:
        """Start a process; requests wait in the socket's queue meanwhile."""
        arguments = (role, self.listening, self.environment, str(self.log))
        process = _context.Process(target=_live, args=arguments)
        process.start()
        self.living[role] = process

    def kill(self, role: Role) -> None:
        """Kill a process and its children with SIGKILL."""
        self._signal(role, signal.SIGKILL)

    def stop(self, role: Role) -> None:
        """Stop a process with SIGTERM, as a service manager would."""
        self._signal(role, signal.SIGTERM)

    def close(self) -> None:
        """Stop both."""
        for role in list(self.living):
            self.stop(role)
        self.listening.close()

    def _signal(self, role: Role, number: signal.Signals) -> None:
        process = self.living.pop(role)
        pid = process.pid or 0
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        with suppress(ProcessLookupError):  # it may not have created its process group yet
            os.killpg(pid, number)
        process.join(STOP_SECONDS)
        if process.is_alive():
            os.killpg(process.pid or 0, signal.SIGKILL)
            raise AssertionError(f"the {role} did not stop in time")


def _live(role: Role, listening: socket.socket, environment: dict[str, str], log: str) -> None:
    os.setsid()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")}
    os.environ.clear()
    os.environ.update(kept | environment)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if role == "worker":
        worker.work(create_app())
        return
    bound = ["--bind", f"fd://{listening.fileno()}", "wsgi:app"]
    sys.argv = ["gunicorn", *OPTIONS.split(), *bound]
    WSGIApplication("%(prog)s").run()
