"""A time that several calls to a provider share."""

import time

LEAST_SECONDS = 0.05
CALL_SECONDS = 6.0


class Deadline:
    """A moment by which an answer must be given, by a clock that is never set back.

    ``call_seconds`` is the most that one of the calls may take.
    """

    def __init__(self, seconds: float, *, call_seconds: float = CALL_SECONDS) -> None:
        self._ends = time.monotonic() + seconds
        self._call_seconds = call_seconds

    @property
    def left(self) -> float:
        """Seconds left for the next call, a little even when the moment has passed."""
        return min(self._call_seconds, max(LEAST_SECONDS, self._ends - time.monotonic()))

    @property
    def passed(self) -> bool:
        """True if no time is left."""
        return time.monotonic() >= self._ends
