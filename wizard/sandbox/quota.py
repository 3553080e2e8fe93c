"""The rate limit: requests per minute, client and endpoint."""

from dataclasses import dataclass
from math import ceil

WINDOW = 60.0


@dataclass
class Window:
    """A window of a minute, which began with its first request."""

    began: float
    used: int = 0


class Quota:
    """Counts requests. Not thread-safe: `State` holds the lock."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, str], Window] = {}

    def take(self, client_id: str, endpoint: str, limit: int, now: float) -> int:
        """Count a request; returns 0 if it is allowed, else the seconds to wait."""
        window = self._windows.get((client_id, endpoint))
        if window is None or now >= window.began + WINDOW or now < window.began:
            window = self._windows[client_id, endpoint] = Window(now)
        if window.used >= limit:
            return max(1, ceil(window.began + WINDOW - now))
        window.used += 1
        return 0
