"""Fixtures: a copy of the project, and demos started in it."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.ports import free_port
from wizard import embedded
from wizard.config import ROOT
from wizard.embedded import lock

PARTS = ("wizard", "templates", "translations", "static", "wsgi.py", "gunicorn.conf.py")
SECONDS = 60
COMMAND = (sys.executable, "-m", "wizard.demo")

# Runs a command in a pseudo-terminal; what we write are key presses.
SPAWN = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
TERMINAL = (sys.executable, "-c", SPAWN)


@dataclass
class Demo:
    """A running demo, and its output so far."""

    process: subprocess.Popen[bytes]
    folder: Path
    ports: tuple[int, int]
    said: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.ports[0]}"

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    def listen(self, ending: str) -> str:
        """Wait for a line with this ending; returns all output."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + SECONDS
        while not any(line.endswith(ending) for line in self.said):
            ready, _, _ = select.select([self.process.stdout], [], [], deadline - time.monotonic())
            line = self.process.stdout.readline() if ready else b""
            assert line, "\n".join(["The demo ended or fell silent:", *self.said])
            self.said.append(line.decode().rstrip("\r\n"))
        return "\n".join(self.said)

    def started(self) -> str:
        return self.listen("Stoppa med Ctrl-C.")

    def link(self) -> str:
        """The printed link to try."""
        (link,) = re.findall("^Prova guiden: (.*)$", self.started(), re.MULTILINE)
        return str(link)

    def logins(self) -> list[list[str]]:
        """Title, address and password of each printed log-in."""
        lines = [line.strip() for line in self.started().splitlines() if "@" in line]
        return [re.split(" {2,}", line) for line in lines]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal to the supervisor only; returns the exit status."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=SECONDS)
        self.said += rest.decode().splitlines()
        return self.process.returncode

    def press(self, key: bytes) -> int:
        """Press a key in the terminal; returns the exit status."""
        rest, _ = self.process.communicate(key, timeout=SECONDS)
        self.said += rest.decode().splitlines()
        return self.process.returncode

    def is_gone(self) -> bool:
        """True if all its processes have ended, which share the folder's lock."""
        return lock.is_free(self.instance / "demo.lock")

    def wait_until_gone(self) -> None:
        deadline = time.monotonic() + SECONDS
        while not self.is_gone():
            assert time.monotonic() < deadline, "Something of the demo is still running"
            time.sleep(0.05)


StartDemo = Callable[..., Demo]


@pytest.fixture
def project() -> Iterator[Path]:
    """A copy of the project with an awkward path, accessible to the server's account."""
    top = Path(tempfile.mkdtemp(prefix="Övning "))
    top.chmod(0o755)
    copy_project(top)
    yield top
    embedded.remove(top / "instance")
    shutil.rmtree(top)


@pytest.fixture
def start_demo(project: Path) -> Iterator[StartDemo]:
    """Starts demos in the copy: `start_demo(WIZARD_…=…)`."""
    demos: list[Demo] = []

    def start(*terminal: str, **environment: str) -> Demo:
        demos.append(run_demo(project, *terminal, **environment))
        return demos[-1]

    yield start
    for demo in demos:
        finish(demo)


def copy_project(folder: Path) -> None:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            without = shutil.ignore_patterns("*.mo")
            shutil.copytree(source, folder / part, ignore=without)
        else:
            shutil.copy(source, folder)


def run_demo(folder: Path, *terminal: str, **environment: str) -> Demo:
    """Start `python -m wizard.demo` on free ports, without our own settings; optionally in a terminal."""
    ports = (free_port(), free_port())
    ours = {name: value for name, value in os.environ.items() if not name.startswith("WIZARD_")}
    chosen = {
        "PORT": str(ports[0]),
        "SANDBOX_PORT": str(ports[1]),
        "POSTBOX_PORT": str(free_port()),
        **environment,
    }
    process = subprocess.Popen(
        [*terminal, *COMMAND],
        cwd=folder,
        env=ours | chosen,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    )
    return Demo(process, folder, ports)


def finish(demo: Demo) -> None:
    if demo.process.poll() is None:
        demo.process.terminate()
    demo.process.communicate(timeout=SECONDS)
