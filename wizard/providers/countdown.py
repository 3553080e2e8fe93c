"""A time that several calls to a provider share."""

import time

LEAST_SECONDS = 0.05


class Countdown:
    """Seconds that begin to run when it is made."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left for the next call, a little even when there are none."""
        return max(LEAST_SECONDS, self._ends - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether there are none left."""
        return time.monotonic() >= self._ends
