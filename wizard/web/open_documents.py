"""How many documents are being sent at once, so that slow readers leave threads for everything else.

A document on its way holds a thread until its reader has taken it. Half of a process's threads, and a
quarter for one reader, may do that; beyond it a reader is asked to come again.
"""

from collections import Counter
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from flask import current_app, request

if TYPE_CHECKING:
    from collections.abc import Callable

RETRY_SECONDS = 15
AT_THE_END = (
    "wizard.at_the_end"  # in the WSGI environment: what to do when the answer has been sent
)


class DocumentsBusyError(Exception):
    """As many documents are open as may be, by this reader or by all."""


class OpenDocuments:
    """The documents that this process is sending; without a limit until a web server says its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: Counter[str] = Counter()
        self._most: int | None = None
        self._most_each: int | None = None

    def limit(self, threads: int) -> None:
        """Let them use half of so many threads, and one reader a quarter."""
        self._most, self._most_each = max(1, threads // 2), max(1, threads // 4)

    def take(self, reader: str) -> bool:
        """Whether one more may be opened; then it is to be given back."""
        with self._lock:
            full = self._most is not None and self._open.total() >= self._most
            if full or (self._most_each is not None and self._open[reader] >= self._most_each):
                return False
            self._open[reader] += 1
            return True

    def give_back(self, reader: str) -> None:
        """It has been sent, or its reader has gone."""
        with self._lock:
            self._open[reader] -= 1
            self._open += Counter()  # forgets who has none open


def opening(reader: str) -> None:
    """Count what this request opens, until its answer has been sent; raises DocumentsBusyError."""
    documents: OpenDocuments = current_app.extensions["open_documents"]
    if not documents.take(reader):
        raise DocumentsBusyError
    at_the_end: list[Callable[[], None]] = request.environ[AT_THE_END]
    at_the_end.append(partial(documents.give_back, reader))
