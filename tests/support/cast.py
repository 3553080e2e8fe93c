"""The people and companies of tests: owner, colleague, stranger, support and admin."""

from dataclasses import dataclass
from functools import cache
from typing import Self

from sqlalchemy.orm import Session

from wizard.models import Company, Firm, Role, User
from wizard.services.crypto.passwords import hash_password

PASSWORD = "a password of nobody's"


@dataclass(frozen=True)
class Cast:
    """Owner and colleague work for the firm; the stranger works for another firm with its own company."""

    firm: Firm
    other_firm: Firm
    owner: User
    colleague: User
    stranger: User
    support: User
    admin: User
    company: Company
    other_company: Company

    @classmethod
    def enter(cls, session: Session) -> Self:
        """Add them to the database; all have the same password."""
        firm, other_firm = make_firm("Byrån AB"), make_firm("Andra Byrån AB")
        cast = cls(
            firm=firm,
            other_firm=other_firm,
            owner=make_user("Olga Ek", Role.MEMBER, firm),
            colleague=make_user("Karin Ask", Role.MEMBER, firm),
            stranger=make_user("Stina Alm", Role.MEMBER, other_firm),
            support=make_user("Siv Lind", Role.SUPPORT),
            admin=make_user("Adam Al", Role.ADMIN),
            company=Company(firm=firm, name="Ängsbageriet AB", organisation_number="5591234561"),
            other_company=Company(
                firm=other_firm, name="Främmande AB", organisation_number="5560125790"
            ),
        )
        session.add_all(vars(cast).values())
        session.commit()
        return cast


def make_firm(name: str) -> Firm:
    """A firm, not added to a session."""
    return Firm(
        name=name,
        contact_name="Britta Berg",
        contact_email="britta@example.com",
        contact_phone="08-123 45 67",
    )


def make_user(name: str, role: Role, firm: Firm | None = None) -> User:
    """A member of staff, not added to a session; the mail address is the first name."""
    email = f"{name.split()[0].lower()}@example.com"
    return User(name=name, email=email, role=role, firm=firm, password_hash=_hashed())


@cache
def _hashed() -> str:
    """The password's hash, cached because hashing is slow by design."""
    return hash_password(PASSWORD)
