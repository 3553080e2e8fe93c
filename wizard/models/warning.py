"""Who was told that a connection no longer works, and the outages of the accounting systems."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id, words
from wizard.models.connection import Connection, ConnectionStatus
from wizard.models.letter import Letter


class ConnectionWarning(Base):
    """That a letter tells of one connection's trouble: one for each cause in each incident of it.

    An incident is named by the moment it began, the connection's ``status_since``.
    """

    __tablename__ = "warnings"
    __table_args__ = (
        UniqueConstraint("connection_id", "since", "cause"),
        Index("ix_warnings_since", "since"),
        Index("ix_warnings_letter_id", "letter_id", "id"),
        Index("ix_warnings_deputy_letter_id", "deputy_letter_id", "id"),
        Index(
            "ix_warnings_without_deputy",
            "letter_id",
            postgresql_where=text("deputy_letter_id is null"),
        ),
    )

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"))
    status: Mapped[ConnectionStatus] = mapped_column(words(ConnectionStatus))
    cause: Mapped[str]
    since: Mapped[datetime]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    deputy_letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))

    connection: Mapped[Connection] = relationship()
    letter: Mapped[Letter] = relationship(foreign_keys=[letter_id])


class OutageKind(StrEnum):
    """What an accounting system did during an outage."""

    SILENT = "silent"  # it did not answer
    REFUSED = "refused"  # it answered, and refused many connections at once


class Outage(Base):
    """A time when an accounting system did not answer, or refused many connections at once."""

    __tablename__ = "outages"
    __table_args__ = (
        Index(
            "uq_outages_open_provider",
            "provider",
            "kind",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    provider: Mapped[str]
    kind: Mapped[OutageKind] = mapped_column(words(OutageKind), default=OutageKind.SILENT)
    began_at: Mapped[datetime]
    noticed_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    affected: Mapped[int]  # connections at once, when there were most
