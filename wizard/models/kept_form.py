"""Kept forms: what somebody had written when her session ended, until she is back."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base, now


class KeptForm(Base):
    """One form that was refused, sealed with a token that only the browser has."""

    __tablename__ = "kept_forms"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    kept_at: Mapped[datetime] = mapped_column(default=now, index=True)
    words: Mapped[bytes] = mapped_column(LargeBinary)
