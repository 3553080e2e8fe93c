"""Several companies of one firm that one person is asked to approve, in one mail."""

from collections.abc import Sequence
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.tables import number
from wizard.models import Company, Firm, Invitation, User
from wizard.services.invitations import mailing
from wizard.services.invitations.mailing import Asked
from wizard.services.outbox import Addressee

KONSULT = Addressee("karin@konsult.example", "sv", "Karin Konsult")


def companies(
    session: Session, firm: Firm, names: Sequence[str | tuple[str, str]]
) -> list[Company]:
    """Companies of the firm with these names, in their order; made where there are none yet. Commits.

    A name can stand with an organisation number; without one it always gets the same.
    """
    found = []
    for given in names:
        name, digits = (given, _number_of(given)) if isinstance(given, str) else given
        hers = (Company.firm_id == firm.id, Company.organisation_number == digits)
        company = session.scalar(select(Company).where(*hers)) or Company(
            firm=firm, name=name, organisation_number=digits
        )
        session.add(company)
        found.append(company)
    session.commit()
    return found


def ask_about(
    session: Session,
    firm: Firm,
    names: Sequence[str | tuple[str, str]],
    *,
    staff: User | None = None,
    to: Addressee = KONSULT,
) -> list[Invitation]:
    """Ask one person about these companies in one action; their invitations, in their order. Commits."""
    asked = [Asked(company, staff) for company in companies(session, firm, names)]
    made = mailing.mail_together(session, asked, "visma", to)
    session.commit()
    return made


def _number_of(name: str) -> str:
    return number(crc32(name.encode()) % 1_000_000)
