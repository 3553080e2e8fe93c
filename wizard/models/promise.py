"""Promises to mail an approver how her attempt ends, once the provider answers or we have mended a fault."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.authorization import Authorization
from wizard.models.base import Base, now


class Promise(Base):
    """One promised mail: at most one for an authorization, to the address asked for last."""

    __tablename__ = "promises"
    __table_args__ = (
        Index("ix_promises_open", "id", postgresql_where=text("told_at is null")),
        Index("ix_promises_letter_id", "letter_id"),
    )

    authorization_id: Mapped[int] = mapped_column(
        ForeignKey("authorizations.id", ondelete="CASCADE"), unique=True
    )
    recipient: Mapped[str]
    language: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=now)
    told_at: Mapped[datetime | None]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))  # that kept it

    authorization: Mapped[Authorization] = relationship()
