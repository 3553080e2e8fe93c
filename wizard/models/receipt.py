"""The secret addresses to receipts: an approver's own way back to what she gave, and to taking it back."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now
from wizard.models.connection import Consent


class ReceiptKey(Base):
    """One secret address to a receipt, made by the letter that holds it; the consent is never edited."""

    __tablename__ = "receipt_keys"

    consent_id: Mapped[int] = mapped_column(ForeignKey("consents.id"), index=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]

    consent: Mapped[Consent] = relationship()


class ConsentsKey(Base):
    """One secret address to all that the letter's recipient has approved, at whatever firm; for an hour."""

    __tablename__ = "consents_keys"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letters.id"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]  # a newer letter to the same address has another
