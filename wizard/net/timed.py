"""Answers that end in time, from the first byte of the status to the last of the body.

The timeouts of sockets are for each read: a server that drips its headers, or chunks of nothing,
would hold a thread for as long as it likes.
"""

import io
import time
from http.client import HTTPResponse
from socket import socket
from typing import Any

LATE_READS = 64  # of what had come already while we were held up, half a megabyte


class _TimedLine(io.RawIOBase):
    """What comes over a socket until its time is over; afterwards only what has come already.

    An answer that is there is never thrown away: it may hold the only copy of new tokens.
    """

    def __init__(self, line: socket, raw: io.RawIOBase) -> None:
        self._line, self._raw = line, raw
        self._patience = line.gettimeout() or 0.0
        self._ends: float | None = time.monotonic() + self._patience
        self._late = 0

    def wait_for_each_read(self, seconds: float) -> None:
        """From now on its time is for each read, as that of a socket is."""
        self._patience, self._ends = seconds, None

    def readable(self) -> bool:
        """Always: nothing else is done with it."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As many bytes as have come, waiting for the first as long as there is time."""
        left = self._left()
        self._late += left == 0.0
        self._line.settimeout(left)  # 0 is not to wait at all
        came = None if self._late > LATE_READS else self._raw.readinto(buffer)
        if came is None:
            raise TimeoutError
        return came

    def _left(self) -> float:
        if self._ends is None:
            return self._patience
        return max(0.0, self._ends - time.monotonic())

    def close(self) -> None:
        """Let go of the socket as well."""
        self._raw.close()
        super().close()


class TimedResponse(HTTPResponse):
    """Takes the socket's timeout, as it is when the answer is begun, for the time of the whole.

    With ``stall_seconds`` it is for the head alone. What follows may be long and its reader slow, so
    each read of it may take that long.
    """

    def __init__(
        self, sock: socket, *given: Any, stall_seconds: float | None = None, **named: Any
    ) -> None:
        super().__init__(sock, *given, **named)
        self._stall_seconds = stall_seconds
        self._timed = _TimedLine(sock, self.fp.detach())
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the head."""
        super().begin()
        if self._stall_seconds is not None:
            self._timed.wait_for_each_read(self._stall_seconds)
