"""How much of one kind of work a worker does at once, so that none can stand in the way of the rest.

Letters, webhooks and approvers' checks wait for other people's servers. What is left beside them is for
keeping connections alive and for sweeps.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

REST = (
    6  # two rounds each of checks and refreshes, when one begins before the last has ended; sweeps
)


class Slots:
    """So many at once in this process."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._free = BoundedSemaphore(number)

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Yields whether there is a free slot, and keeps it during the block."""
        taken = self._free.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                self._free.release()


LETTERS = Slots(3)
WEBHOOKS = Slots(4)
PROVIDERS = Slots(5)
BULK = Slots(1)
CONCURRENT_JOBS = LETTERS.number + WEBHOOKS.number + PROVIDERS.number + BULK.number + REST
