"""Mailed codes with which an approver with a receipt disconnects: short and short-lived."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from wizard.models import (
    Authorization,
    Consent,
    DisconnectCode,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    now,
    readable,
)
from wizard.plain_text import plain_dashes
from wizard.services import outbox
from wizard.services.crypto.passwords import hash_password, verify_password
from wizard.services.outbox import Addressee

LENGTH = 6
LIVES = timedelta(minutes=15)
MOST_TRIES = 5


@dataclass(frozen=True)
class Standing:
    """What a consent allows. ``may_end``: no other person has renewed since; ``asked``: a code is valid or on its way.

    ``renewed_at``: when a newer consent replaced it, whoever gave that.
    """

    may_end: bool
    asked: bool
    renewed_at: datetime | None = None


def ask(session: Session, invitation: Invitation, consent: Consent, to: Addressee) -> None:
    """Mail a code, which is generated when the letter is sent. Commits."""
    outbox.post(session, LetterKind.DISCONNECT_CODE, invitation, to, consent=consent)
    session.commit()


def standing(session: Session, consent: Consent) -> Standing:
    """What the consent allows for its connection, unless that is disconnected. One statement."""
    authorization = Authorization.id == consent.authorization_id
    asked = exists().where(
        Letter.invitation_id.in_(select(Authorization.invitation_id).where(authorization)),
        Letter.consent_id == consent.id,
        Letter.kind == LetterKind.DISCONNECT_CODE,
        Letter.status.in_([LetterStatus.WAITING, LetterStatus.SENT]),
        Letter.created_at > now() - LIVES,
    )
    newest = session.execute(
        select(Consent.id, Consent.approver_email, asked, Consent.approved_at)
        .where(Consent.connection_id == consent.connection_id)
        .order_by(Consent.id.desc())
        .limit(1)
    ).one()
    hers = (consent.approver_email or "").casefold()
    same = bool(hers) and hers == (newest[1] or "").casefold()
    newer = newest[0] != consent.id
    return Standing(same or not newer, newest[2], newest[3] if newer else None)


def is_late(letter: Letter) -> bool:
    """True if the letter has waited so long that its code is no longer expected."""
    return now() - letter.created_at > LIVES


def make_code(session: Session, letter: Letter) -> str:
    """Generate the code for a letter about to be sent; earlier codes stop working. The caller commits."""
    session.execute(
        update(DisconnectCode)
        .where(DisconnectCode.consent_id == letter.consent_id, DisconnectCode.ended_at.is_(None))
        .values(ended_at=now())
    )
    code = readable(LENGTH)
    session.add(
        DisconnectCode(
            consent_id=letter.consent_id, letter_id=letter.id, code_hash=hash_password(code)
        )
    )
    return code


def redeem(session: Session, consent: Consent, written: str) -> bool:
    """True if ``written`` is the consent's newest code; it is then used. Each call counts as a try. Commits.

    A used code is accepted again, since a form may be submitted twice or fail before the connection
    is disconnected; disconnecting is idempotent.
    """
    hers = select(DisconnectCode).where(DisconnectCode.consent_id == consent.id)
    newest = session.scalar(hers.order_by(DisconnectCode.id.desc()).limit(1).with_for_update())
    found = newest if newest and _may_be_tried(newest) else None
    right = verify_password(found.code_hash if found else None, _clean(written))
    if found:
        found.tries += 1
        found.ended_at = found.ended_at or (now() if right else None)
    session.commit()
    return right


def _may_be_tried(code: DisconnectCode) -> bool:
    return code.made_at > now() - LIVES and code.tries < MOST_TRIES


def _clean(written: str) -> str:
    """The code without spaces, in the case in which it was sent."""
    return re.sub(r"[\s-]", "", plain_dashes(written)).casefold()[: LENGTH * 2]
