"""Signals to stop, as a file descriptor that can be awaited together with others."""

import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Bell:
    """Counts signals from Ctrl-C, kill and a closed terminal."""

    def __init__(self) -> None:
        self.rings = 0
        self._ear, self._hammer = socket.socketpair()
        self._hammer.setblocking(False)
        for number in SIGNALS:
            signal.signal(number, self._ring)

    def wait(self, others: Sequence[int], seconds: float | None) -> None:
        """Wait for a signal, for one of ``others`` to be ready, or for the timeout."""
        ready: list[Any] = connection.wait([self._ear, *others], seconds)
        if self._ear in ready:
            self._ear.recv(64)

    @contextmanager
    def muffled(self) -> Iterator[None]:
        """Block signals, so that none reaches a new process before it has restored the handlers."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def take_down(self) -> None:
        """In a new process: restore the default handlers, and unblock signals."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._ear.close()
        self._hammer.close()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def _ring(self, *_: object) -> None:
        self.rings += 1
        self._hammer.send(b"!")
