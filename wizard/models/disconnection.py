"""What an end leaves to be seen to: grants that others replaced, and codes that prove who asks."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now
from wizard.models.connection import Connection, Consent


class OldGrant(Base):
    """A grant that another person's replaced, until the provider has confirmed its end."""

    __tablename__ = "old_grants"
    __table_args__ = (Index("ix_old_grants_due", "next_revoke_at"),)

    connection_id: Mapped[int] = mapped_column(ForeignKey("connections.id"), index=True)
    approver_email: Mapped[str | None]
    refresh_token: Mapped[str | None]  # sealed with this row's id
    replaced_at: Mapped[datetime] = mapped_column(default=now)
    next_revoke_at: Mapped[datetime]
    revoke_tries: Mapped[int] = mapped_column(default=0)

    connection: Mapped[Connection] = relationship()


class DisconnectCode(Base):
    """A code mailed to an approver: whoever writes it, with the receipt, may end the connection."""

    __tablename__ = "disconnect_codes"

    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"), index=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    code_hash: Mapped[str]  # made to take its time: six characters are few
    made_at: Mapped[datetime] = mapped_column(default=now)
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]  # used, or another was made

    consent: Mapped[Consent] = relationship()
