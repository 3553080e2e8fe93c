"""The accounting firm that owns client companies."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from wizard.models.base import Base, now


class Firm(Base):
    """An accounting firm, the person its clients may call, and who is told when a connection breaks."""

    __tablename__ = "firms"

    name: Mapped[str] = mapped_column(unique=True)
    contact_name: Mapped[str]
    contact_email: Mapped[str]
    contact_phone: Mapped[str]
    warned_name: Mapped[str | None]  # without her: who asked for the connection, else the contact
    warned_email: Mapped[str | None]
    deputy_name: Mapped[str | None]
    deputy_email: Mapped[str | None]
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # made anew by us
    logo_id: Mapped[str | None] = mapped_column(unique=True)  # its address: new with each logo
    logo_type: Mapped[str | None]
    logo_width: Mapped[int | None]  # in CSS pixels
    logo_height: Mapped[int | None]
    password_sign_in: Mapped[bool] = mapped_column(default=True)  # False: by its identity provider
    created_at: Mapped[datetime] = mapped_column(default=now)
