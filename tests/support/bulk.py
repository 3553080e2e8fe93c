"""Companies as a bulk action finds them, and its turns."""

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.support import broken
from tests.support.tables import number
from wizard.models import (
    BulkAct,
    BulkAction,
    BulkFate,
    BulkReason,
    BulkRow,
    Company,
    Connection,
    Firm,
    Letter,
    LetterKind,
    LetterStatus,
    User,
    now,
)
from wizard.services.bulk import previewing, running
from wizard.services.bulk.previewing import Wish
from wizard.services.bulk.running import Work
from wizard.services.invitations.mailing import mail_invitation
from wizard.services.outbox import Addressee
from wizard.services.throttling.letter_caps import Caps
from wizard.wiring.providers import provider_context

Fates = dict[str, tuple[BulkFate, BulkReason | None]]


def company(session: Session, firm: Firm, index: int) -> Company:
    """A company that nobody has invited."""
    found = Company(firm_id=firm.id, name=f"Nytt {index} AB", organisation_number=number(index))
    session.add(found)
    session.commit()
    return found


def mailed(session: Session, firm: Firm, staff: User, index: int) -> Company:
    """A company whose approver was mailed a while ago."""
    found = company(session, firm, index)
    to = Addressee(f"anna{index}@example.com", "sv", f"Anna {index}")
    mail_invitation(session, found, "visma", staff, to, None)
    arrived(session)
    return found


def arrived(session: Session, status: LetterStatus = LetterStatus.SENT) -> None:
    """Every invitation that waits has gone, long enough ago to write again."""
    long_ago = now() - 2 * running.FRESH
    wait = (Letter.kind == LetterKind.INVITATION, Letter.status == LetterStatus.WAITING)
    session.execute(update(Letter).where(*wait).values(status=status, sent_at=long_ago))
    session.commit()
    session.expire_all()


def broken_one(
    session: Session, firm: Firm, staff: User, index: int, email: str = "frida@example.com"
) -> Connection:
    """A connection that is to be renewed, and who has approved it."""
    made = broken.connect(session, firm, staff, index, approver_email=email)
    broken.need_renewal(session, made)
    session.expire_all()
    return made


def work(app: Flask, **caps: int) -> Work:
    given = {"to_one": 20, "by_one": 300, "by_firm": 1000, **caps}

    def context(provider: str) -> object:
        with app.app_context():
            return provider_context(provider, background=True)

    return Work(app.extensions["sessions"], "visma", Caps(**given), context)  # type: ignore[arg-type]


def previewed(
    session: Session, user: User, act: BulkAct, *companies: Company, to: User | None = None
) -> BulkAction:
    ids = [one.id for one in companies]
    return previewing.preview(session, user, Wish(act, to), ids)


def begun(
    session: Session, user: User, act: BulkAct, *companies: Company, to: User | None = None
) -> BulkAction:
    found = previewed(session, user, act, *companies, to=to)
    running.start(session, found, user)
    return found


def turns(app: Flask, found: BulkAction, times: int = 1, **caps: int) -> None:
    for _ in range(times):
        running.run(work(app, **caps), found.id)


def fates(session: Session, found: BulkAction) -> Fates:
    """Each company's, by its name."""
    session.rollback()
    session.expire_all()
    rows = select(BulkRow).where(BulkRow.bulk_id == found.id)
    return {
        row.company.name if row.company else "–": (row.fate, row.reason)
        for row in session.scalars(rows)
    }
