"""Child processes: forked with the program already loaded, each in its own session."""

import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from wizard import embedded
from wizard.demo.bell import Bell

STOP_SECONDS = 10.0
LOG_BYTES = 5_000_000
LAST_LINES = 15


@dataclass(frozen=True)
class Program:
    """The equivalent of `python -m module arguments`, with additional environment variables."""

    title: str
    name: str
    module: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Child:
    """A running program; its log has this run's output from `log_start`."""

    program: Program
    process: BaseProcess
    log: Path
    log_start: int

    def last_lines(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            lines = log.read().decode("utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])


class Family:
    """All children of a run: started in order, stopped in reverse order."""

    def __init__(self, instance: Path, bell: Bell) -> None:
        self.children: list[Child] = []
        self._instance = instance
        self._bell = bell
        # A pipe that is never written to: it closes when this process ends for any reason.
        self._lifeline = os.pipe()

    def start(self, program: Program) -> Child:
        log = self._instance / "logs" / f"{program.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        log.touch(mode=0o600)
        process = get_context("fork").Process(target=self._become, args=(program, log))
        child = Child(program, process, log, log.stat().st_size)
        with self._bell.muffled():
            process.start()
        self.children.append(child)
        return child

    def fallen(self) -> Child | None:
        """A child that has ended unexpectedly; None if all run."""
        return next((child for child in self.children if not child.process.is_alive()), None)

    def sentinels(self) -> list[int]:
        """File descriptors that are ready when a child ends."""
        return [child.process.sentinel for child in self.children]

    def stop(self) -> None:
        """Terminate, wait, kill; including processes that the children started."""
        rings = self._bell.rings
        while self.children:
            child = self.children[-1]
            child.process.terminate()
            deadline = time.monotonic() + STOP_SECONDS
            while child.process.is_alive() and self._bell.rings == rings:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._bell.wait([child.process.sentinel], left)
            _kill_session(child)
            self.children.pop()

    def _become(self, program: Program, log: Path) -> None:
        """In the new process: close what belongs to the supervisor, and run the program."""
        os.setsid()
        _write_to(log)
        self._bell.take_down()
        os.environ.update(program.environment)
        reader, writer = self._lifeline
        os.close(writer)
        threading.Thread(target=_follow, args=(reader,), daemon=True).start()
        embedded.inherit(self._instance)
        sys.argv = [program.module, *program.arguments]
        try:
            runpy.run_module(program.module, run_name="__main__", alter_sys=True)
        finally:
            # If the supervisor is gone, the last child to end stops the database.
            embedded.release(self._instance)


def _follow(lifeline: int) -> None:
    """Terminate this process when the supervisor is gone."""
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _write_to(log: Path) -> None:
    target = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(target, stream)
    os.close(target)


def _kill_session(child: Child) -> None:
    pid = child.process.pid
    if pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    child.process.join()
