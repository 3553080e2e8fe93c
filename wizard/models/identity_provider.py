"""Firms' own identity providers (OpenID Connect), with which their staff sign in."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id
from wizard.models.firm import Firm


class IdentityProvider(Base):
    """An OpenID Connect provider: where its metadata is, who we are there, and what its groups mean."""

    __tablename__ = "identity_providers"

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    name: Mapped[str] = mapped_column(unique=True)
    metadata_url: Mapped[str]
    client_id: Mapped[str]
    client_secret: Mapped[str | None]  # sealed
    groups_claim: Mapped[str] = mapped_column(default="groups")
    admin_group: Mapped[str | None]
    support_group: Mapped[str | None]
    manager_group: Mapped[str | None]  # may_manage_members
    created_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]

    firms: Mapped[list["ProviderFirm"]] = relationship(
        back_populates="identity_provider", order_by="ProviderFirm.id"
    )


class ProviderFirm(Base):
    """A firm whose people sign in with an identity provider: all of them, or those of a group."""

    __tablename__ = "identity_provider_firms"
    __table_args__ = (UniqueConstraint("identity_provider_id", "firm_id"),)

    identity_provider_id: Mapped[int] = mapped_column(ForeignKey("identity_providers.id"))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"), index=True)
    group: Mapped[str | None]  # None: everybody whom no other firm's group names

    identity_provider: Mapped[IdentityProvider] = relationship(back_populates="firms")
    firm: Mapped[Firm] = relationship()
