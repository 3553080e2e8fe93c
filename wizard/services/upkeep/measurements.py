"""Figures that all processes count together, or that each tells of itself, kept for /metrics.

What happens in one process would be lost with it, and a page is answered by one of several: so each adds
what it has counted to the same rows, which never count down.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from wizard.models import MetricSample, now

TOGETHER = ""  # the process of figures that all count together
LIVES = timedelta(seconds=30)  # what a process told of itself is true for so long


@dataclass(frozen=True)
class Figure:
    """A sample with its labels, as Prometheus names them."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()


def add(session: Session, counted: Mapping[Figure, float]) -> None:
    """Add to the figures that all processes count together. Commits."""
    rows = _rows(counted, TOGETHER)
    if rows:
        new = insert(MetricSample).values(rows)
        value = MetricSample.value + new.excluded.value
        session.execute(_over(new, value))
    session.commit()


def tell(session: Session, process: str, values: Mapping[Figure, float]) -> None:
    """Say how one process is now. Commits."""
    new = insert(MetricSample).values(_rows(values, process))
    session.execute(_over(new, new.excluded.value))
    session.commit()


def read(session: Session) -> dict[Figure, float]:
    """All figures; those of living processes are summed. One statement."""
    lives = or_(MetricSample.process == TOGETHER, MetricSample.at > now() - LIVES)
    summed = (
        select(MetricSample.name, MetricSample.labels, func.sum(MetricSample.value))
        .where(lives)
        .group_by(MetricSample.name, MetricSample.labels)
    )
    return {
        Figure(name, tuple(sorted(labels.items()))): value
        for name, labels, value in session.execute(summed)
    }


def forget_process(session: Session, process: str) -> None:
    """Forget what a process that ends told of itself. Commits."""
    session.execute(delete(MetricSample).where(MetricSample.process == process))
    session.commit()


def forget_old(session: Session) -> None:
    """Forget what processes that were killed told of themselves. Commits."""
    gone = and_(MetricSample.process != TOGETHER, MetricSample.at < now() - LIVES)
    session.execute(delete(MetricSample).where(gone))
    session.commit()


def _rows(figures: Mapping[Figure, float], process: str) -> list[dict[str, object]]:
    """In one order for all, so that no two processes wait for each other."""
    ordered = sorted(figures, key=lambda one: (one.name, json.dumps(one.labels)))
    return [
        {
            "name": one.name,
            "labels": dict(one.labels),
            "process": process,
            "value": figures[one],
            "at": now(),
        }
        for one in ordered
    ]


def _over(new: Insert, value: ColumnElement[float]) -> Insert:
    return new.on_conflict_do_update(
        index_elements=["name", "labels", "process"],
        set_={"value": value, "at": new.excluded.at},
    )
