"""Staff: their accounts, the browsers they are signed in with, and how they prove who they are."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id, words
from wizard.models.firm import Firm


class Role(StrEnum):
    """What a member of staff may see and do."""

    MEMBER = "member"
    SUPPORT = "support"
    ADMIN = "admin"


class SignInWay(StrEnum):
    """How a session began."""

    PASSWORD = "password"
    PASSKEY = "passkey"
    SINGLE_SIGN_ON = "single_sign_on"
    HANDOVER = "handover"


class LinkPurpose(StrEnum):
    """What a mailed link to an account is for."""

    INVITE = "invite"
    RESET = "reset"


class User(Base):
    """A member of staff; members belong to a firm, support and admin to none."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("(role = 'member') = (firm_id is not null)", name="firm_of_member"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        UniqueConstraint("identity_provider_id", "identity_subject"),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(words(Role))
    may_manage_members: Mapped[bool] = mapped_column(default=False)  # of her own firm
    phone: Mapped[str | None]
    phone_shown: Mapped[bool] = mapped_column(default=False)  # to approvers
    language: Mapped[str | None]  # None: the browser's
    daily_summary: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    list_columns: Mapped[list[str] | None] = mapped_column(ARRAY(Text))  # None: the usual ones
    summed_up_on: Mapped[date | None]  # the day of her last summary, empty or not
    password_hash: Mapped[str | None]  # None: she has not chosen one, or signs in elsewhere
    password_changed_at: Mapped[datetime | None]
    must_change_password: Mapped[bool] = mapped_column(default=False)  # a command made it
    totp_secret: Mapped[str | None]  # sealed
    totp_confirmed_at: Mapped[datetime | None]  # None: offered, never proved
    totp_last_step: Mapped[int | None]  # a code counts once
    identity_provider_id: Mapped[int | None] = mapped_column(ForeignKey("identity_providers.id"))
    identity_subject: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    deactivated_at: Mapped[datetime | None]
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firms.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime | None]

    firm: Mapped[Firm | None] = relationship()


class StaffSession(Base):
    """One browser in which a member of staff is signed in; ending the row signs it out."""

    __tablename__ = "staff_sessions"

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    way: Mapped[SignInWay] = mapped_column(words(SignInWay), default=SignInWay.PASSWORD)
    device: Mapped[str | None]  # the browser and system that its User-Agent names
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime] = mapped_column(default=now)  # she proved who she is, again
    second_factor_at: Mapped[datetime | None]
    refresh_token: Mapped[
        str | None
    ]  # sealed; its kind (refresh or access), a space, the provider's token
    looked_up_at: Mapped[datetime | None]  # the identity provider last said that she is there
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class Passkey(Base):
    """A passkey (WebAuthn credential) of an account."""

    __tablename__ = "passkeys"

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class RecoveryCode(Base):
    """A code, used once, for who has lost her second factor; kept as a hash."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None]


class AccountLink(Base):
    """A mailed link with which a person chooses the password of an account; kept as a hash, used once."""

    __tablename__ = "account_links"
    __table_args__ = (
        Index("ix_account_links_open", "user_id", postgresql_where=text("used_at is null")),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    purpose: Mapped[LinkPurpose] = mapped_column(words(LinkPurpose))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
