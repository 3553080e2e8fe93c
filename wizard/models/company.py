"""The client company in Senseworks, and how its name sorts in Swedish."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from wizard.models.base import Base, now, public_id
from wizard.models.firm import Firm
from wizard.models.staff import User

BETWEEN_WORDS = re.compile(r"[\t-\r !-/:-@\[-`|~]+")  # as the triggers that keep words say
SWEDISH_ORDER = str.maketrans({"å": "{1", "ä": "{2", "æ": "{2", "ö": "{3", "ø": "{3"})


def sort_key(name: str) -> str:
    """A key whose byte order is the Swedish order of names: å, ä, ö after z; other accents ignored."""
    swedish = unicodedata.normalize("NFC", name).casefold().translate(SWEDISH_ORDER)
    decomposed = unicodedata.normalize("NFKD", swedish)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_of(key: str) -> list[str]:
    """The words of a sort key, or of an address in lower case, by the start of which it is found."""
    return [word for word in BETWEEN_WORDS.split(key) if word]


def reference_key(reference: str | None) -> str | None:
    """By what an own reference is found, whatever its case; None for none."""
    return reference.casefold() if reference else None


@dataclass(frozen=True)
class Reachable:
    """Whom a company's approver may call: a person at the firm ``name``, with her number and address."""

    name: str
    contact_name: str
    contact_email: str
    contact_phone: str


class Company(Base):
    """A client of a firm; the organisation number is ten digits.

    ``own_reference`` is the firm's client number. Who is responsible looks after the company: the one
    who asked first, until somebody else is named. An archived company is left out of lists.
    """

    __tablename__ = "companies"
    __table_args__ = (
        UniqueConstraint("firm_id", "organisation_number"),
        CheckConstraint("organisation_number ~ '^[0-9]{10}$'", name="organisation_number_digits"),
        Index("ix_companies_firm_id_id", "firm_id", "id"),
        Index("ix_companies_firm_id_sort_key", "firm_id", "sort_key", "id"),
        Index("ix_companies_sort_key", "sort_key", "id"),
        Index("ix_companies_organisation_number", "organisation_number"),
        Index(
            "ix_companies_reference_key",
            "reference_key",
            postgresql_where=text("reference_key is not null"),
        ),
        Index("ix_companies_responsible_id", "responsible_id", "sort_key", "id"),
        Index(
            "ix_companies_nobodys",
            "firm_id",
            "sort_key",
            "id",
            postgresql_where=text("responsible_id is null and archived_at is null"),
        ),
        Index(
            "ix_companies_everywhere_nobodys",
            "sort_key",
            "id",
            postgresql_where=text("responsible_id is null and archived_at is null"),
        ),
        Index(
            "ix_companies_archived",
            "sort_key",
            "id",
            postgresql_where=text("archived_at is not null"),
        ),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    organisation_number: Mapped[str]
    own_reference: Mapped[str | None]
    reference_key: Mapped[str | None] = mapped_column(Text(collation="C"))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    archived_at: Mapped[datetime | None]

    firm: Mapped[Firm] = relationship()
    responsible: Mapped[User | None] = relationship()

    @property
    def looked_after_by(self) -> User | None:
        """Who is responsible, while she works at the firm; else nobody."""
        she = self.responsible
        return she if she and she.active and she.firm_id == self.firm_id else None

    @property
    def to_call(self) -> Reachable:
        """Who is responsible, where she shows approvers her number; else the firm's contact."""
        she, firm = self.looked_after_by, self.firm
        if she and she.phone and she.phone_shown:
            return Reachable(firm.name, she.name, she.email, she.phone)
        return Reachable(firm.name, firm.contact_name, firm.contact_email, firm.contact_phone)

    @validates("name")
    def _sorts_by_name(self, _attribute: str, name: str) -> str:
        self.sort_key = sort_key(name)
        return name

    @validates("own_reference")
    def _is_found_by_reference(self, _attribute: str, reference: str | None) -> str | None:
        self.reference_key = reference_key(reference)
        return reference


class CompanyWord(Base):
    """One word of a company's name, as it sorts; kept by a trigger of the database."""

    __tablename__ = "company_words"
    __table_args__ = (
        UniqueConstraint("company_id", "word"),
        Index("ix_company_words_word", "word", "company_id"),
        Index("ix_company_words_firm_id_word", "firm_id", "word", "company_id"),
    )

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id", ondelete="CASCADE"))
    firm_id: Mapped[int]  # the company's: a member searches her firm's
    word: Mapped[str] = mapped_column(Text(collation="C"))
