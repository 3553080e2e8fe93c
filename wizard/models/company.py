"""The client company in Senseworks, and how its name sorts in Swedish."""

import unicodedata
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from wizard.models.base import Base, now, public_id
from wizard.models.firm import Firm

SWEDISH_ORDER = str.maketrans({"å": "{1", "ä": "{2", "æ": "{2", "ö": "{3", "ø": "{3"})


def sort_key(name: str) -> str:
    """A key whose byte order is the Swedish order of names: å, ä, ö after z; other accents ignored."""
    swedish = unicodedata.normalize("NFC", name).casefold().translate(SWEDISH_ORDER)
    decomposed = unicodedata.normalize("NFKD", swedish)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


class Company(Base):
    """A client of a firm; the organisation number is ten digits."""

    __tablename__ = "companies"
    __table_args__ = (
        UniqueConstraint("firm_id", "organisation_number"),
        CheckConstraint("organisation_number ~ '^[0-9]{10}$'", name="organisation_number_digits"),
        Index("ix_companies_firm_id_id", "firm_id", "id"),
        Index("ix_companies_firm_id_sort_key", "firm_id", "sort_key", "id"),
        Index("ix_companies_sort_key", "sort_key", "id"),
        Index("ix_companies_organisation_number", "organisation_number"),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    organisation_number: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)

    firm: Mapped[Firm] = relationship()

    @validates("name")
    def _sorts_by_name(self, _attribute: str, name: str) -> str:
        self.sort_key = sort_key(name)
        return name
