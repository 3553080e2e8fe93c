"""Codes that prove who asks for the end of a connection."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now
from wizard.models.connection import Consent


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
