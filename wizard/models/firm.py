"""The accounting firm that owns client companies, and its staff."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, words


class Role(StrEnum):
    """What a member of staff may see and do."""

    MEMBER = "member"
    SUPPORT = "support"
    ADMIN = "admin"


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
    created_at: Mapped[datetime] = mapped_column(default=now)


class User(Base):
    """A member of staff; members belong to a firm, support and admin to none."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("(role = 'member') = (firm_id is not null)", name="firm_of_member"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(words(Role))
    password_hash: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firms.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)

    firm: Mapped[Firm | None] = relationship()


class StaffSession(Base):
    """One browser in which a member of staff is signed in; ending the row signs it out."""

    __tablename__ = "staff_sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
