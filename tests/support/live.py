"""The wizard as a real server process, which tests can kill."""

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 20


@dataclass
class Wizard:
    """A running wizard; `url` is its public address."""

    url: str
    environment: dict[str, str] = field(repr=False)
    listening: socket.socket = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)
    log: Path
    threads: int = 16
    workers: int = 1
    application: str = "wsgi:app"

    @classmethod
    def address(cls) -> tuple[socket.socket, str]:
        """A listening socket and its URL; requests wait in its queue until they are served."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", 0))
        listening.listen(512)
        return listening, f"http://localhost:{listening.getsockname()[1]}"

    @classmethod
    def start(cls, listening: socket.socket, url: str, log: Path, **settings: str | int) -> Self:
        """Serve at a socket, with settings by name without WIZARD_; 1 of ``workers``, 16 ``threads``."""
        threads, workers = int(settings.pop("threads", 16)), int(settings.pop("workers", 1))
        application = str(settings.pop("application", cls.application))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")}
        given = {f"WIZARD_{name.upper()}": str(value) for name, value in settings.items()}
        environment = {**kept, **given, "WIZARD_PUBLIC_URL": url}
        process = _serve(listening, environment, log, threads, workers, application)
        return cls(url, environment, listening, process, log, threads, workers, application)

    def kill(self) -> None:
        """Kill the server and its workers with SIGKILL."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def restart(self) -> None:
        """Serve again after a kill."""
        self.process = _serve(
            self.listening,
            self.environment,
            self.log,
            self.threads,
            self.workers,
            self.application,
        )

    def stop(self) -> None:
        """Stop with SIGTERM, as a service manager would."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        finally:
            self.listening.close()


def _serve(
    listening: socket.socket,
    environment: dict[str, str],
    log: Path,
    threads: int,
    workers: int,
    application: str,
) -> subprocess.Popen[bytes]:
    options = f"--worker-class gthread --workers {workers} --threads {threads} --no-control-socket"
    with log.open("ab") as output:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                *options.split(),
                "--bind",
                f"fd://{listening.fileno()}",
                application,
            ],
            cwd=ROOT,
            env=environment,
            pass_fds=(listening.fileno(),),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
