"""What a provider allows all our processes together, and where the background is with its work."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base


class CallPermit(Base):
    """The right to one call of an endpoint; who takes it has it back a minute later.

    There are as many as calls are allowed in a minute. The first ones are also for the background.
    One with the number 0 closes an endpoint for one caller, who is named after it.
    """

    __tablename__ = "call_permits"
    __table_args__ = (
        UniqueConstraint("provider", "endpoint", "number"),
        {"postgresql_with": {"fillfactor": "50"}},  # updated in place, thousands of times an hour
    )

    provider: Mapped[str]
    endpoint: Mapped[str]
    number: Mapped[int]
    free_at: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))


class Pace(Base):
    """One kind of background work at one provider, shared by all sweeps."""

    __tablename__ = "paces"
    __table_args__ = (UniqueConstraint("provider", "work"),)

    provider: Mapped[str]
    work: Mapped[str]
    next_slot_at: Mapped[datetime]  # nothing more is begun before
    failures: Mapped[int] = mapped_column(default=0)  # in a row, of any connections
    failing_since: Mapped[datetime | None]
    connections: Mapped[int] = mapped_column(default=0)  # how many the work is for, when counted
    counted_at: Mapped[datetime | None]
