"""Starting and stopping of the server, also after a crash."""

import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.embedded import postmaster
from wizard.embedded.errors import EmbeddedError
from wizard.embedded.place import Place

# A start may include recovery after a crash.
START_SECONDS = 60
LOG_BYTES = 5_000_000

# Exit codes of pg_isready; others mean that no server listens.
ACCEPTING, STARTING = 0, 1

# The log's message while processes of a killed server are still ending.
LEFTOVERS = ("still in use", "already exists")


@dataclass(frozen=True)
class Server:
    """An embedded server; call its methods from one process at a time."""

    place: Place
    programs: Path
    settings: Mapping[str, str]

    def ensure(self) -> None:
        """Start the server unless it answers."""
        if not self._answers():
            self._clear_away()
            self._start()

    def stop(self) -> None:
        """Stop the server with a fast shutdown, which ends open sessions."""
        if self._control("stop", "-m", "fast").returncode != 0:
            self._control("stop", "-m", "immediate")
        shutil.rmtree(self.place.socket_folder(), ignore_errors=True)

    def _answers(self) -> bool:
        """True if it accepts connections, possibly after start and recovery."""
        deadline = time.monotonic() + START_SECONDS
        while (answer := self._ask()) == STARTING and time.monotonic() < deadline:
            time.sleep(0.05)
        return answer == ACCEPTING

    def _ask(self) -> int:
        address = ("-h", self.place.socket_folder(), "-p", "5432")
        program = self.programs / "pg_isready"
        return self.place.account.run(program, *address, cwd=self.place.home).returncode

    def _clear_away(self) -> None:
        """Stop a server that runs but does not answer; delete a stale postmaster.pid.

        PostgreSQL takes any process of our user with the recorded pid for a running server, and pids
        are reused after a restart of the machine or container.
        """
        if postmaster.runs(self.place.data):
            self._control("stop", "-m", "fast")
        else:
            (self.place.data / "postmaster.pid").unlink(missing_ok=True)

    def _start(self) -> None:
        self._make_socket_folder()
        self._rotate_log()
        deadline = time.monotonic() + START_SECONDS
        before = self._log_size()
        while self._control("start", "-l", self.place.log, "-o", self._options()).returncode != 0:
            said = self._log_since(before)
            if not any(sign in said for sign in LEFTOVERS) or time.monotonic() > deadline:
                message = (
                    f"PostgreSQL kunde inte starta. Loggen {self.place.log} säger:\n{said}\n"
                    f"{self.place.way_out()}"
                )
                raise EmbeddedError(message)
            before = self._log_size()

    def _options(self) -> str:
        """The server's options; values may not contain spaces or quotation marks, since pg_ctl uses a shell."""
        always = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.place.socket_folder()),
            "port": "5432",
            "timezone": "UTC",
        }
        settings = always | dict(self.settings)
        return " ".join(f"-c {name}={value}" for name, value in settings.items())

    def _make_socket_folder(self) -> None:
        folder = self.place.socket_folder()
        folder.mkdir(mode=0o700, exist_ok=True)
        self.place.account.own(folder)

    def _rotate_log(self) -> None:
        if self._log_size() > LOG_BYTES:
            self.place.log.replace(self.place.log.with_suffix(".log.1"))

    def _log_size(self) -> int:
        return self.place.log.stat().st_size if self.place.log.exists() else 0

    def _log_since(self, position: int) -> str:
        if not self.place.log.exists():
            return ""
        with self.place.log.open("rb") as log:
            log.seek(position)
            return log.read().decode("utf-8", errors="replace").strip()

    def _control(self, verb: str, *options: str | Path) -> subprocess.CompletedProcess[str]:
        program = self.programs / "pg_ctl"
        wait = ("-w", "-t", str(START_SECONDS))
        where = ("-D", self.place.data)
        return self.place.account.run(program, verb, *wait, *where, *options, cwd=self.place.home)
