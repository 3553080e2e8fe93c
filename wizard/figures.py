"""What is counted while it happens, in this process: the figures of /metrics that stand in no table.

A tally (wizard/wiring/tally.py) adds what was counted to the database, where the figures of all processes are one.
"""

from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
QUICK = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter(
    "wizard_http_requests",
    "Requests that were answered, by endpoint and status.",
    ["endpoint", "status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "wizard_http_request_duration_seconds",
    "Time until an answer began, by endpoint.",
    ["endpoint"],
    buckets=QUICK,
    registry=REGISTRY,
)
PROVIDER_CALLS = Counter(
    "wizard_provider_calls",
    "Calls to a provider's API and log-in, by what came of them.",
    ["provider", "outcome"],
    registry=REGISTRY,
)
PROVIDER_SECONDS = Histogram(
    "wizard_provider_call_duration_seconds",
    "Time that calls to a provider took, without the wait for our own call budget.",
    ["provider"],
    buckets=QUICK,
    registry=REGISTRY,
)
REFRESHES = Counter(
    "wizard_grant_refreshes",
    "Refreshes of grants, by what came of them.",
    ["provider", "outcome"],
    registry=REGISTRY,
)
CHECKS = Counter(
    "wizard_connection_checks",
    "Checks of connections, by what came of them.",
    ["provider", "outcome"],
    registry=REGISTRY,
)
LETTERS = Counter(
    "wizard_letters",
    "Tries to send a letter, by what came of them.",
    ["outcome"],
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "wizard_webhook_deliveries",
    "Tries to deliver a webhook, by what came of them.",
    ["outcome"],
    registry=REGISTRY,
)


class Busy:
    """How many are at something now, and the most at once since it was last asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now = self._most = 0

    def begin(self) -> None:
        """One more."""
        with self._lock:
            self._now += 1
            self._most = max(self._most, self._now)

    def end(self) -> None:
        """One less."""
        with self._lock:
            self._now -= 1

    def take_most(self) -> int:
        """The most at once since the last time."""
        with self._lock:
            most, self._most = self._most, self._now
            return most


REQUESTS_UNDER_WAY = Busy()


def samples() -> dict[tuple[str, str, tuple[tuple[str, str], ...]], float]:
    """What has been counted in this process: by family, sample and labels, as Prometheus names them."""
    return {
        (family.name, sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }
