"""Receipts: mailed by themselves or on request, and opened by a mailed key or the browser that approved."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeGuard

from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    Authorization,
    Company,
    Consent,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    ReceiptKey,
    now,
)
from wizard.services import outbox
from wizard.services.concurrency.locks import hold
from wizard.services.consents import own_consents
from wizard.services.crypto.digests import digest, new_secret, secret_in
from wizard.services.outbox import Addressee, Language

# As long after approving as its browser may name an address: the code that ends the connection goes
# there, so that somebody who gets hold of the browser later must not add one of their own.
ASKED_FOR = timedelta(days=1)
ARRIVING = (LetterStatus.WAITING, LetterStatus.SENT)
SOME = 20


@dataclass(frozen=True)
class Held:
    """A consent whose receipt a reader may open; ``gave_it``: hers is the browser that approved."""

    consent: Consent
    gave_it: bool


@dataclass(frozen=True)
class Mailed:
    """How the receipt was mailed last, if it was, and to which address on record it can be mailed."""

    last: Letter | None
    known: Addressee | None


def mail_by_itself(session: Session, consent: Consent, authorization: Authorization) -> None:
    """Put the receipt in the outbox, to whom the approver's own link was mailed, if it was. The caller commits."""
    contact = authorization.key.contact
    if contact:
        to = Addressee(contact.email, _language(consent), contact.name)
        _post(session, authorization.invitation, consent, to)


def mail_receipt(
    session: Session, invitation: Invitation, consent: Consent, to: Addressee
) -> Letter:
    """Put the receipt in the outbox, to an address that the approver entered. Commits.

    One that still waits to be sent there is not followed by another.
    """
    hold(session, invitation)
    last = mailed(session, consent).last
    letter = last if _waits_for(last, to) else _post(session, invitation, consent, to)
    consent.contact_id = consent.contact_id or letter.contact_id
    session.commit()
    return letter


def mail_to_known(session: Session, invitation: Invitation, consent: Consent) -> Addressee | None:
    """Mail the receipt to the address on record; None if there is none. Commits.

    One that still waits to be sent there is not followed by another.
    """
    hold(session, invitation)
    so_far = mailed(session, consent)
    if so_far.known and not _waits_for(so_far.last, so_far.known):
        _post(session, invitation, consent, so_far.known)
    session.commit()
    return so_far.known


def mailed(session: Session, consent: Consent) -> Mailed:
    """How the receipt was mailed, and where it can be. One statement."""
    letters = session.scalars(_letters(consent)).all()
    arriving = (one for one in letters if one.status in ARRIVING and one.recipient)
    return Mailed(letters[0] if letters else None, _address_in(next(arriving, None), consent))


def known_address(
    session: Session, consent: Consent, key_ids: list[int] | None = None
) -> Addressee | None:
    """The approver's address on record: the receipt's recipient, else the address from the provider.

    With ``key_ids``, the recipient of the receipt with one of these keys, if there is one. Never an
    address in the request, nor one that no mail server takes.
    """
    with_key = exists().where(
        ReceiptKey.letter_id == Letter.id,
        ReceiptKey.id.in_(key_ids or []),
        ReceiptKey.ended_at.is_(None),
    )
    arriving = _letters(consent).where(Letter.status.in_(ARRIVING), Letter.recipient != "")
    letter = session.scalar(arriving.order_by(None).order_by(with_key.desc(), Letter.id.desc()))
    return _address_in(letter, consent)


def may_name_address(consent: Consent, known: Addressee | None) -> bool:
    """True if the browser that approved may still say where the receipt is to be mailed."""
    return known is None or now() - consent.approved_at < ASKED_FOR


def make_key(session: Session, letter: Letter) -> str:
    """Create a key to the letter's receipt and return its secret. The caller commits."""
    secret = new_secret()
    session.add(
        ReceiptKey(consent_id=letter.consent_id, letter_id=letter.id, secret_hash=digest(secret))
    )
    return secret


def find_key(session: Session, secret: str) -> ReceiptKey | None:
    """The valid key with this secret, with its consent; else None."""
    return session.scalar(
        select(ReceiptKey)
        .where(ReceiptKey.secret_hash == digest(secret_in(secret)), ReceiptKey.ended_at.is_(None))
        .options(joinedload(ReceiptKey.consent, innerjoin=True))
    )


def held_consent(
    session: Session,
    number: str,
    key_ids: list[int],
    browser: str | None = None,
    to_all: int | None = None,
) -> Held | None:
    """The consent whose receipt has this number, if it is this reader's, with its connection.

    It is hers if one of her keys opens it, if it was given in her browser, or if the key ``to_all``
    that an address has approved opens it.
    """
    return _held(session, Consent.public_id == number, key_ids, browser, to_all)


def held_consent_to(
    session: Session, invitation_id: int, key_ids: list[int], browser: str | None = None
) -> Held | None:
    """The consent that this invitation led to, if it is this reader's, with its connection."""
    return _held(session, Authorization.invitation_id == invitation_id, key_ids, browser)


def consent_to(session: Session, invitation: Invitation) -> Consent | None:
    """The consent that this invitation led to, whoever asks."""
    return session.scalar(
        select(Consent)
        .join(Authorization, Authorization.id == Consent.authorization_id)
        .where(Authorization.invitation_id == invitation.id)
        .order_by(Consent.id.desc())
        .limit(1)
    )


def invitation_of(session: Session, consent: Consent) -> Invitation:
    """The invitation that led to a consent, with the firm's contact."""
    return session.scalars(
        select(Invitation)
        .join(Authorization, Authorization.invitation_id == Invitation.id)
        .where(Authorization.id == consent.authorization_id)
        .options(
            joinedload(Invitation.company, innerjoin=True).options(
                joinedload(Company.firm, innerjoin=True), joinedload(Company.responsible)
            ),
            joinedload(Invitation.created_by),
        )
    ).one()


def _post(session: Session, invitation: Invitation, consent: Consent, to: Addressee) -> Letter:
    return outbox.post(session, LetterKind.RECEIPT, invitation, to, consent=consent)


def _waits_for(letter: Letter | None, to: Addressee) -> TypeGuard[Letter]:
    if letter is None or letter.status is not LetterStatus.WAITING:
        return False
    return letter.recipient.casefold() == to.email.casefold()


def _letters(consent: Consent) -> Select[Letter]:
    """The receipt's newest letters, but those that were called off."""
    return (
        select(Letter)
        .where(
            Letter.consent_id == consent.id,
            Letter.kind == LetterKind.RECEIPT,
            Letter.status != LetterStatus.CANCELLED,
        )
        .order_by(Letter.id.desc())
        .limit(SOME)
    )


def _address_in(letter: Letter | None, consent: Consent) -> Addressee | None:
    if letter:
        return Addressee(letter.recipient, "en" if letter.language == "en" else "sv")
    if consent.approver_email:
        return Addressee(consent.approver_email, _language(consent))
    return None


def _held(
    session: Session,
    which: ColumnElement[bool],
    key_ids: list[int],
    browser: str | None,
    to_all: int | None = None,
) -> Held | None:
    with_key = exists().where(
        ReceiptKey.consent_id == Consent.id,
        ReceiptKey.id.in_(key_ids),
        ReceiptKey.ended_at.is_(None),
    )
    gave_it = Authorization.browser_hash == digest(browser) if browser else false()
    found = session.execute(
        select(Consent, gave_it)
        .join(Authorization, Authorization.id == Consent.authorization_id)
        .where(which, or_(with_key, gave_it, own_consents.opened_by(to_all)))
        .order_by(Consent.id.desc())
        .limit(1)
        .options(joinedload(Consent.connection, innerjoin=True))
    ).first()
    return Held(found[0], bool(found[1])) if found else None


def _language(consent: Consent) -> Language:
    """The language of the words that she read."""
    return "en" if consent.wording.endswith("/en") else "sv"
