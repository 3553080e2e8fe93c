"""Figures of /metrics that several processes count together."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base, now


class MetricSample(Base):
    """One figure with its labels: counted by all processes together, or how one ``process`` is now."""

    __tablename__ = "metric_samples"
    __table_args__ = (
        UniqueConstraint("name", "labels", "process"),
        {"postgresql_with": {"fillfactor": "50"}},  # updated in place, every few seconds
    )

    name: Mapped[str]
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    process: Mapped[str]  # empty where all count together
    value: Mapped[float]
    at: Mapped[datetime] = mapped_column(default=now)
