"""A stop when the mail server answers nobody: every letter would wait for it in vain."""

import time
from threading import Lock

IN_VAIN = 3
STOP_SECONDS = 60.0


class Standstill:
    """Lasts for a minute after a few letters in a row without an answer; one more then tries anew."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._in_vain = 0
        self._ends = 0.0

    @property
    def lasts(self) -> bool:
        """Whether no letter is to be sent now."""
        return time.monotonic() < self._ends

    def note(self, *, answered: bool) -> None:
        """Whether the mail server answered the last letter, with yes or no."""
        with self._lock:
            self._in_vain = 0 if answered else self._in_vain + 1
            if self._in_vain >= IN_VAIN:
                self._ends = time.monotonic() + STOP_SECONDS
