"""Evidence for auditors: years that are read through, and samples that are being fetched; ids and numbers."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, words
from wizard.models.connection import Connection
from wizard.models.staff import User


class ReadingStatus(StrEnum):
    """Where the reading of a year is."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class StopReason(StrEnum):
    """Why the reading of a year has stopped; it can go on from where it is."""

    ENDED = "ended"
    REFUSED = "refused"
    AWAY = "away"


RUNNING = text("status = 'running'")


class YearReading(Base):
    """A fiscal year of a connection, read from its first voucher to its last: what is found, in numbers.

    ``voucher_page`` is the page to be read next, and None when all are read; then ``file_page`` counts
    the list of all files, which says what the vouchers do not. ``found`` is what the reading came to.
    """

    __tablename__ = "year_readings"
    __table_args__ = (
        Index("ix_year_readings_connection_id", "connection_id", "year_id", "id"),
        Index("ix_year_readings_created_at", "created_at"),
        Index(
            "uq_year_readings_running",
            "connection_id",
            "year_id",
            unique=True,
            postgresql_where=RUNNING,
        ),
        Index("ix_year_readings_due", "next_turn_at", postgresql_where=RUNNING),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    year_id: Mapped[str]  # the provider's
    first_day: Mapped[date]
    last_day: Mapped[date]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    status: Mapped[ReadingStatus] = mapped_column(
        words(ReadingStatus), default=ReadingStatus.RUNNING
    )
    stopped_for: Mapped[StopReason | None] = mapped_column(words(StopReason))
    voucher_page: Mapped[int | None] = mapped_column(default=1)
    voucher_way: Mapped[int | None]  # how the provider's pages are asked for
    voucher_pages: Mapped[int] = mapped_column(default=0)
    vouchers: Mapped[int] = mapped_column(default=0)  # as the provider counts them
    rounds: Mapped[int] = mapped_column(default=1)  # a second one, where the first missed some
    file_page: Mapped[int] = mapped_column(default=0)
    file_way: Mapped[int | None]
    file_pages: Mapped[int] = mapped_column(default=0)
    pages_read: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    waits: Mapped[bool] = mapped_column(default=False)  # for the call budget, or the provider
    next_turn_at: Mapped[datetime] = mapped_column(default=now)
    claimed_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    found: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    connection: Mapped[Connection] = relationship()
    made_by: Mapped[User | None] = relationship()


class ReadVoucher(Base):
    """A voucher of a year that is read through: its number, its amounts in öre, and whether it has documents.

    ``accounts`` and ``amounts`` belong together, place by place. ``owner_ids`` are what its files may be
    attached to, for as long as nobody knows whether it has any.
    """

    __tablename__ = "read_vouchers"
    __table_args__ = (
        UniqueConstraint("year_reading_id", "voucher_id"),
        Index(
            "ix_read_vouchers_without",
            "year_reading_id",
            "series",
            "number",
            "id",
            postgresql_where=text("has_documents is false"),
        ),
        Index("ix_read_vouchers_number", "year_reading_id", "series", "number"),
        Index(
            "ix_read_vouchers_unknown",
            "owner_ids",
            postgresql_using="gin",
            postgresql_where=text("has_documents is null"),
        ),
    )

    year_reading_id: Mapped[int] = mapped_column(ForeignKey("year_readings.id", ondelete="CASCADE"))
    voucher_id: Mapped[str]  # the provider's
    series: Mapped[str]
    number: Mapped[int | None]
    amount: Mapped[int]  # the sum of its debit, in öre
    accounts: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    amounts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger()))
    has_documents: Mapped[bool | None]
    owner_ids: Mapped[list[str]] = mapped_column(ARRAY(Text()))


class Sample(Base):
    """A sample that somebody is fetching: the labels asked for, and how many of them have gone, in order.

    ``again`` are those of them that something kept back and that may come another time. It is being sent
    for as long as neither ``broke_at`` nor ``ended_at`` is set and ``moved_at`` is not long ago.
    """

    __tablename__ = "samples"
    __table_args__ = (
        UniqueConstraint("connection_id", "public_id"),
        Index("ix_samples_created_at", "created_at"),
        Index("ix_samples_made_by_id", "made_by_id"),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id", ondelete="CASCADE"))
    public_id: Mapped[str]  # chosen by the page with the press
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    year_id: Mapped[str]
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    again: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    gone: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    attempt: Mapped[int] = mapped_column(default=1)  # the last press counts
    created_at: Mapped[datetime] = mapped_column(default=now)
    moved_at: Mapped[datetime] = mapped_column(default=now)
    broke_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
