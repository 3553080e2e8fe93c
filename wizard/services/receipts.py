"""Receipts: mailed to whom the approver says, and opened again by a key of their own."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    Authorization,
    Company,
    Consent,
    Invitation,
    Letter,
    LetterKind,
    ReceiptKey,
)
from wizard.services import letters
from wizard.services.letters import Addressee
from wizard.services.secrets import digest, new_secret


def mail_receipt(
    session: Session, invitation: Invitation, consent: Consent, to: Addressee
) -> Letter:
    """Put the receipt in the outbox, to an address the approver gave. Commits."""
    letter = letters.post(session, LetterKind.RECEIPT, invitation, to, consent=consent)
    session.commit()
    return letter


def make_key(session: Session, letter: Letter) -> str:
    """The secret of a new address to the letter's receipt; the caller commits."""
    secret = new_secret()
    session.add(
        ReceiptKey(consent_id=letter.consent_id, letter_id=letter.id, secret_hash=digest(secret))
    )
    return secret


def find_key(session: Session, secret: str) -> ReceiptKey | None:
    """The living key with this secret, with its consent."""
    return session.scalar(
        select(ReceiptKey)
        .where(ReceiptKey.secret_hash == digest(secret), ReceiptKey.ended_at.is_(None))
        .options(joinedload(ReceiptKey.consent, innerjoin=True))
    )


def granted_consent(session: Session, key_ids: list[int], number: str) -> Consent | None:
    """The receipt of this number, if one of these keys opens it; with its connection."""
    if not key_ids:
        return None
    return session.scalar(
        select(Consent)
        .join(ReceiptKey, ReceiptKey.consent_id == Consent.id)
        .where(
            ReceiptKey.id.in_(key_ids), ReceiptKey.ended_at.is_(None), Consent.public_id == number
        )
        .limit(1)
        .options(joinedload(Consent.connection, innerjoin=True))
    )


def invitation_of(session: Session, consent: Consent) -> Invitation:
    """The invitation that led to a consent, with whom to call."""
    return session.scalars(
        select(Invitation)
        .join(Authorization, Authorization.invitation_id == Invitation.id)
        .where(Authorization.id == consent.authorization_id)
        .options(
            joinedload(Invitation.company, innerjoin=True).joinedload(Company.firm, innerjoin=True),
            joinedload(Invitation.created_by),
        )
    ).one()
