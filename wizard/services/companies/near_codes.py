"""What a code was meant to be that no invitation has: one character away, or with signs that no code has."""

import re
from dataclasses import dataclass
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from wizard.models import (
    CODE_LENGTH,
    LIVING,
    AuditAction,
    Company,
    Firm,
    Invitation,
)
from wizard.models.base import READABLE
from wizard.plain_text import plain_dashes
from wizard.services.audit.trail import about_company, record

MOST = 5
BETWEEN = re.compile(r"[\s.,:;/_-]")  # what people write between the characters, or after them
SAID_FIRST = re.compile(r"^(?:kod|code)(?=.{5})")
# No code has these; what they are taken for. V for U is heard, the rest is seen.
LOOK_ALIKES = {"0": "dq8", "o": "dq8", "1": "j7t", "i": "j7t", "l": "j7t", "u": "vy"}


@dataclass(frozen=True)
class Meant:
    """A company whose invitation has a code near the one that was said."""

    public_id: str
    code: str
    company_name: str
    firm_name: str


def meant_by(session: Session, text: str) -> list[Meant]:
    """Whose code may have been meant, at most five, living invitations first. One statement, or none."""
    codes = near_codes(text)
    if not codes:
        return []
    found = session.scalars(
        select(Invitation)
        .join(Invitation.company)
        .join(Company.firm)
        .where(Invitation.code.in_(codes))
        .order_by(Invitation.status.in_(LIVING).desc(), Invitation.id.desc())
        .limit(MOST)
        .options(
            contains_eager(Invitation.company).contains_eager(Company.firm).load_only(Firm.name)
        )
    )
    return [
        Meant(one.company.public_id, one.code, one.company.name, one.company.firm.name)
        for one in found
    ]


def choose(session: Session, company: Company, said: str, code: str) -> None:
    """Tell the audit trail that a company was opened by a code that nobody said quite so. Commits."""
    record(
        session,
        AuditAction.PERSON_READ,
        about_company(company),
        after={"said": said, "code": code},
    )
    session.commit()


def near_codes(text: str) -> set[str]:
    """The codes that the text may be meant to be; empty for what is no code at all.

    Signs that no code has stand for what they look like; else one character may be wrong, missing, too
    many, or have changed places with the next.
    """
    said = SAID_FIRST.sub("", BETWEEN.sub("", plain_dashes(text)).casefold())
    if abs(len(said) - CODE_LENGTH) > 1:
        return set()
    read = {"".join(signs) for signs in product(*(LOOK_ALIKES.get(sign, sign) for sign in said))}
    return {near for near in read | _one_away(said) if _is_code(near)}


def _one_away(said: str) -> set[str]:
    cuts = [(said[:place], said[place:]) for place in range(len(said) + 1)]
    wrong = {a + sign + b[1:] for a, b in cuts if b for sign in READABLE}
    missing = {a + sign + b for a, b in cuts for sign in READABLE}
    too_many = {a + b[1:] for a, b in cuts if b}
    changed = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    return wrong | missing | too_many | changed


def _is_code(text: str) -> bool:
    return len(text) == CODE_LENGTH and all(sign in READABLE for sign in text)
