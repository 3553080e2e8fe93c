"""A stop when the mail server answers nobody: every letter would wait for it in vain."""

import time
from threading import Lock

IN_VAIN = 3
STOP_SECONDS = 60.0


class Standstill:
    """Lasts for a minute after a few letters in a row without an answer; one more then tries anew.

    What is under way may turn out to be in vain: no more than those few ever wait for a server that is silent.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._in_vain = self._under_way = 0
        self._ends = 0.0

    @property
    def lasts(self) -> bool:
        """Whether no letter is to be sent now."""
        return time.monotonic() < self._ends

    def begin(self) -> bool:
        """Whether a letter may be sent now; whoever may says afterwards how it ended."""
        with self._lock:
            may_all_be_in_vain = self._in_vain + self._under_way >= IN_VAIN
            if self.lasts or (self._under_way and may_all_be_in_vain):
                return False
            self._under_way += 1
            return True

    def end(self, *, answered: bool | None) -> None:
        """Whether the mail server answered, with yes or no; None where something else came between."""
        with self._lock:
            self._under_way -= 1
            if answered is None:
                return
            self._in_vain = 0 if answered else self._in_vain + 1
            if self._in_vain >= IN_VAIN:
                self._ends = time.monotonic() + STOP_SECONDS
