"""The figures of /metrics as Prometheus reads them: what is counted, and what stands in the tables."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client.core import (
    GaugeMetricFamily,
    Metric,
)
from sqlalchemy.orm import Session

from wizard import figures
from wizard.models import OutageKind
from wizard.services.upkeep import census, heartbeat, measurements
from wizard.services.upkeep.census import Census
from wizard.services.upkeep.heartbeat import Pulse
from wizard.services.upkeep.measurements import Figure
from wizard.wiring import tally

Values = Mapping[Any, float]  # by labels, in their order
OF_PROCESSES = {
    tally.CONNECTIONS: "Connections to the database that are in use, of all processes of a kind.",
    tally.MOST_CONNECTIONS: "Connections to the database that the processes of a kind may take.",
    tally.THREADS: "Most requests under way at once in the last seconds, of all web processes.",
    tally.MOST_THREADS: "Threads that answer requests, of all web processes.",
}


class Exposition:
    """A collector of prometheus_client's: what is told when somebody asks."""

    def __init__(self, session: Session | None, providers: Iterable[str]) -> None:
        self._session, self._providers = session, sorted(providers)

    def collect(self) -> Iterator[Metric]:
        """Every family; without a database only that it is away."""
        yield gauge("wizard_database_up", "Whether the database can be used.", bool(self._session))
        if self._session is None:
            return
        stored = measurements.read(self._session)
        yield from _counted(stored)
        for name, words in OF_PROCESSES.items():
            yield _labelled(name, words, ["process"], _of_process(stored, name))
        yield from _of_tables(census.count(self._session), self._providers)
        yield from _of_worker(heartbeat.pulse(self._session))


def gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    """One figure without labels."""
    return GaugeMetricFamily(name, words, value=float(value))


def _counted(stored: dict[Figure, float]) -> Iterator[Metric]:
    """What is counted in processes; a family without samples is told of all the same."""
    for family in figures.REGISTRY.collect():
        told = Metric(family.name, family.documentation, family.type)
        names = {f"{family.name}{end}" for end in ("_total", "_bucket", "_count", "_sum")}
        for figure in sorted(stored, key=_in_order):
            if figure.name in names:
                told.add_sample(figure.name, dict(figure.labels), stored[figure])
        yield told


def _in_order(figure: Figure) -> tuple[object, ...]:
    """Buckets of one histogram together, the narrowest first."""
    labels = dict(figure.labels)
    narrow = float(labels.pop("le", "inf"))
    return tuple(sorted(labels.items())), figure.name, narrow


def _of_process(stored: dict[Figure, float], name: str) -> Values:
    return {
        (dict(figure.labels)["process"],): value
        for figure, value in stored.items()
        if figure.name == name
    }


def _of_tables(now: Census, providers: list[str]) -> Iterator[Metric]:
    by_endpoint = ["provider", "endpoint"]
    yield _labelled(
        "wizard_provider_budget_free",
        "Calls that may be made to an endpoint now.",
        by_endpoint,
        now.permits_free,
    )
    yield _labelled(
        "wizard_provider_budget_limit",
        "Calls a minute that an endpoint allows.",
        by_endpoint,
        now.permits,
    )
    yield _labelled(
        "wizard_connections", "Connections, by status.", ["provider", "status"], now.connections
    )
    yield _labelled(
        "wizard_invitations",
        "Living invitations, by status.",
        ["status"],
        {(status,): number for status, number in now.invitations.items()},
    )
    yield _labelled(
        "wizard_companies",
        "Companies, by whose move it is and why.",
        ["whose", "reason"],
        now.moves,
    )
    yield from _of_what_waits(now)
    yield _labelled(
        "wizard_outage",
        "Whether a provider is away, or refuses many at once.",
        ["provider", "kind"],
        {
            (provider, kind.value): float((provider, kind.value) in now.outages)
            for provider in providers
            for kind in OutageKind
        },
    )


def _of_what_waits(now: Census) -> Iterator[Metric]:
    yield gauge("wizard_letters_due", "Letters in the outbox whose time has come.", now.letters_due)
    yield gauge(
        "wizard_webhook_messages_waiting",
        "Messages that receivers of webhooks have not taken.",
        now.webhooks_waiting,
    )
    yield _labelled(
        "wizard_webhook_receivers",
        "Receivers of webhooks, by how they take what they are sent.",
        ["state"],
        {(state,): now.receivers.get(state, 0) for state in ("taking", "failing", "paused")},
    )


def _of_worker(pulse: Pulse) -> Iterator[Metric]:
    yield gauge("wizard_workers", "Workers that have answered within a minute.", pulse.workers)
    age: Values = {(): float(pulse.seconds)} if pulse.answered_at else {}
    yield _labelled(
        "wizard_worker_heartbeat_age_seconds", "Time since any worker answered.", [], age
    )
    sorts = sorted(heartbeat.SORTS)
    yield _labelled(
        "wizard_due_work_oldest_seconds",
        "How long the oldest work that is due has waited.",
        ["work"],
        {(sort,): _seconds(pulse, sort) for sort in sorts},
    )
    yield _labelled(
        "wizard_late_work",
        "Whether work that is due has waited too long, and not since its provider is away.",
        ["work"],
        {(sort,): float(sort in pulse.late) for sort in sorts},
    )


def _seconds(pulse: Pulse, sort: str) -> float:
    waited = pulse.waiting.get(sort)
    return waited.total_seconds() if waited else 0.0


def _labelled(name: str, words: str, labels: list[str], values: Values) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=labels)
    for told, value in sorted(values.items()):
        family.add_metric(told, value)
    return family
