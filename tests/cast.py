"""The people and companies of tests: owner, colleague and stranger, and those who help them."""

from dataclasses import dataclass
from functools import cache
from typing import Self

from sqlalchemy.orm import Session

from wizard.models import Company, Firm, Role, User
from wizard.services.passwords import hash_password

PASSWORD = "a password of nobody's"


@dataclass(frozen=True)
class Cast:
    """Owner and colleague work for the firm; the stranger for another one, with a company of its own."""

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
        """Put them in the database; all have the same password."""
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
    """A firm, not yet in the database."""
    return Firm(
        name=name,
        contact_name="Britta Berg",
        contact_email="britta@example.com",
        contact_phone="08-123 45 67",
    )


def make_user(name: str, role: Role, firm: Firm | None = None) -> User:
    """A member of staff, not yet in the database; the address is the first name."""
    email = f"{name.split()[0].lower()}@example.com"
    return User(name=name, email=email, role=role, firm=firm, password_hash=_hashed())


@cache
def _hashed() -> str:
    """Hashed once: it is made to take its time."""
    return hash_password(PASSWORD)
