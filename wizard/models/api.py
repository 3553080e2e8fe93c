"""The platform's side: its keys, its creations that may come twice, and its hand-overs of people."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id
from wizard.models.company import Company
from wizard.models.firm import Firm
from wizard.models.staff import User

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Scope(StrEnum):
    """What a key may be used for."""

    STATUS = "status"
    INVITATIONS = "invitations"
    DOCUMENTS = "documents"
    DISCONNECT = "disconnect"
    HANDOVER = "handover"


class ApiKey(Base):
    """A key to the API for one firm's things: kept as a hash, shown once."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_firm_id", "firm_id", "id"),)

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    name: Mapped[str]
    beginning: Mapped[str]  # its first characters, to be told from the others by
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String), default=lambda: [*Scope])
    expires_at: Mapped[datetime | None]  # None: of keys made before keys had an end
    warned_at: Mapped[datetime | None]  # the firm was told that it ends soon
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    @property
    def has_expired(self) -> bool:
        """True if its end has passed."""
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def last_day(self) -> date | None:
        """The last day on which it works, in Stockholm; None: it has no end."""
        if self.expires_at is None:
            return None
        return (self.expires_at - timedelta(microseconds=1)).astimezone(STOCKHOLM).date()

    firm: Mapped[Firm] = relationship()
    created_by: Mapped[User | None] = relationship(foreign_keys=created_by_id)


class Creation(Base):
    """A creation asked for with an Idempotency-Key: what was sent, and what came of it."""

    __tablename__ = "creations"
    __table_args__ = (UniqueConstraint("api_key_id", "token_hash"),)

    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    began_at: Mapped[datetime] = mapped_column(default=now, index=True)
    made: Mapped[str | None]  # the public id; None while it is being made, or was never


class Handover(Base):
    """A member on her way from the platform: an address that signs her in, once, for a minute."""

    __tablename__ = "handovers"

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    used_at: Mapped[datetime | None]

    api_key: Mapped[ApiKey] = relationship()
    user: Mapped[User] = relationship()
    company: Mapped[Company] = relationship()
