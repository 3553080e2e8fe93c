"""A person at a client of a firm, as the firm's letters know her."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id
from wizard.models.firm import Firm


class Contact(Base):
    """Whom a firm writes to at its clients: one row an address, whatever its case, for as long as a letter names it."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("uq_contacts_firm_id_email", "firm_id", text("lower(email)"), unique=True),
        Index("ix_contacts_email", text("lower(email)")),
    )

    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    email: Mapped[str]
    name: Mapped[str | None]  # as the last letter that knew it called her
    language: Mapped[str]  # of the last letter
    created_at: Mapped[datetime] = mapped_column(default=now)

    firm: Mapped[Firm] = relationship()


class ContactWord(Base):
    """One word of a contact's name or mail address, in lower case; kept by a trigger of the database."""

    __tablename__ = "contact_words"
    __table_args__ = (
        UniqueConstraint("contact_id", "word"),
        Index("ix_contact_words_word", "word", "contact_id"),
    )

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    word: Mapped[str] = mapped_column(Text(collation="C"))


class ContactKey(Base):
    """One secret address to all that a firm asks a contact to approve; each hand-over has a link of its own instead.

    It opens what the firm mails her until ``expires_at``: what lives of it, and how the rest ended.
    """

    __tablename__ = "contact_keys"
    __table_args__ = (Index("ix_contact_keys_expires_at", "expires_at"),)

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    contact_id: Mapped[int] = mapped_column(
        ForeignKey("contacts.id", ondelete="CASCADE"), index=True
    )
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    letter_id: Mapped[int | None]  # the letter it was made for; a foreign key would be a circle
    made_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # its letter did not arrive: it opens nothing

    contact: Mapped[Contact] = relationship()


def contact_id() -> Mapped[int | None]:
    """A column that points to a contact, and to nobody when she is forgotten."""
    return mapped_column(ForeignKey("contacts.id", ondelete="SET NULL"), index=True)
