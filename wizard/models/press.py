"""Presses: what came of a form that was sent, so that the same form sent again makes nothing more."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base, now


class Press(Base):
    """One form as it was filled in: claimed by its first request, marked in the transaction that makes something."""

    __tablename__ = "presses"

    form_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    claimed_at: Mapped[datetime] = mapped_column(default=now, index=True)
    made_at: Mapped[datetime | None]
    # What was answered, sealed with the form's own token, which stands in the browser alone.
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
