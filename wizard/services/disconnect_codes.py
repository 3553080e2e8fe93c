"""Codes by mail for who wants to end a connection with the receipt in hand: short, and soon over."""

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from wizard.models import (
    Authorization,
    Consent,
    DisconnectCode,
    Invitation,
    Letter,
    LetterKind,
    ReceiptKey,
    now,
    readable,
)
from wizard.services import letters
from wizard.services.letters import Addressee
from wizard.services.passwords import hash_password, verify_password

LENGTH = 6
LIVES = timedelta(minutes=15)
MOST_TRIES = 5


@dataclass(frozen=True)
class Standing:
    """``may_end``: nobody else has renewed it since; ``asked``: a code may still come, or be written."""

    may_end: bool
    asked: bool


def known_address(
    session: Session, consent: Consent, key_ids: list[int] | None = None
) -> Addressee | None:
    """Where the approver is written to: where the receipt went, else her address at the provider.

    With ``key_ids`` it is where the receipt went by one of these keys. Never an address given now.
    """
    sent = (
        select(Letter)
        .join(ReceiptKey, ReceiptKey.letter_id == Letter.id)
        .where(
            ReceiptKey.consent_id == consent.id,
            ReceiptKey.ended_at.is_(None),
            Letter.recipient != "",
        )
    )
    if key_ids is not None:
        sent = sent.where(ReceiptKey.id.in_(key_ids))
    letter = session.scalar(sent.order_by(ReceiptKey.id.desc()).limit(1))
    if letter:
        return Addressee(letter.recipient, "en" if letter.language == "en" else "sv")
    return Addressee(consent.approver_email, "sv") if consent.approver_email else None


def ask(session: Session, invitation: Invitation, consent: Consent, to: Addressee) -> None:
    """Mail a code, which is made when the letter is sent. Commits."""
    letters.post(session, LetterKind.DISCONNECT_CODE, invitation, to, consent=consent)
    session.commit()


def standing(session: Session, consent: Consent) -> Standing:
    """What may be done with this consent about its connection, if that lives. One statement."""
    trip = Authorization.id == consent.authorization_id
    asked = exists().where(
        Letter.invitation_id.in_(select(Authorization.invitation_id).where(trip)),
        Letter.consent_id == consent.id,
        Letter.kind == LetterKind.DISCONNECT_CODE,
        Letter.created_at > now() - LIVES,
    )
    newest = session.execute(
        select(Consent.id, Consent.approver_email, asked)
        .where(Consent.connection_id == consent.connection_id)
        .order_by(Consent.id.desc())
        .limit(1)
    ).one()
    hers = (consent.approver_email or "").casefold()
    same = bool(hers) and hers == (newest[1] or "").casefold()
    return Standing(newest[0] == consent.id or same, newest[2])


def is_late(letter: Letter) -> bool:
    """Whether a code that has not been sent is no longer waited for."""
    return now() - letter.created_at > LIVES


def make_code(session: Session, letter: Letter) -> str:
    """The code of a letter about to be sent; ends those before it. The caller commits."""
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
    """Whether it is the consent's newest code, which then is used up; each press costs a try. Commits.

    Used up it may be pressed again, since a press may come twice, or be cut off before the end of
    the connection: of which it is the end that is done once.
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
    """As it was sent, however it was spaced or typed."""
    return re.sub(r"[\s-]", "", written).casefold()[: LENGTH * 2]
