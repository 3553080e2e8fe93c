"""A person at a client of a firm, as the firm's letters know her."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, words_index
from wizard.models.firm import Firm


class Contact(Base):
    """Whom a firm writes to at its clients: one row an address, whatever its case, for as long as a letter names it."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("uq_contacts_firm_id_email", "firm_id", text("lower(email)"), unique=True),
        Index("ix_contacts_email", text("lower(email)")),
        words_index("contacts", "email"),
        words_index("contacts", "name"),
    )

    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    email: Mapped[str]
    name: Mapped[str | None]  # as the last letter that knew it called her
    language: Mapped[str]  # of the last letter
    created_at: Mapped[datetime] = mapped_column(default=now)

    firm: Mapped[Firm] = relationship()


def contact_id() -> Mapped[int | None]:
    """A column that points to a contact, and to nobody when she is forgotten."""
    return mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"), index=True)
