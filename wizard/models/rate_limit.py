"""Counters behind rate limits, shared by all web processes."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base


class RateCount(Base):
    """How often something was tried in one window; the subject is hashed."""

    __tablename__ = "rate_counts"
    __table_args__ = (UniqueConstraint("subject_hash", "window_start"),)

    subject_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    window_start: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
