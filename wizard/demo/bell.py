"""Being told to stop, as something that can be waited for together with other things."""

import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import connection
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Bell:
    """Rung by Ctrl-C, by kill and by a closed terminal; counts how often."""

    def __init__(self) -> None:
        self.rings = 0
        self._ear, self._hammer = socket.socketpair()
        self._hammer.setblocking(False)
        for number in SIGNALS:
            signal.signal(number, self._ring)

    def wait(self, others: Sequence[int], seconds: float | None) -> None:
        """Until it rings, one of the others is ready, or the time is up."""
        ready: list[Any] = connection.wait([self._ear, *others], seconds)
        if self._ear in ready:
            self._ear.recv(64)

    @contextmanager
    def muffled(self) -> Iterator[None]:
        """Hold signals back, so that none reaches a new process before it has taken the bell down."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def take_down(self) -> None:
        """In a new process: signals, also those held back, do there what they always do."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._ear.close()
        self._hammer.close()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def _ring(self, *_: object) -> None:
        self.rings += 1
        self._hammer.send(b"!")
