"""The outbox: letters are put in it in the caller's transaction, and sent by the background."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from wizard.models import (
    Consent,
    Firm,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    Reader,
    User,
    now,
)
from wizard.plain_text import one_line
from wizard.services.concurrency.queue import SEND_LETTER, enqueue
from wizard.services.contacts import contact_at
from wizard.services.values.own_words import NOTHING, Own, fair_words

Language = Literal["sv", "en"]
LONGEST_WORDS = 300
STAFF_LANGUAGE: Language = "sv"
SHOWN = 50


class WordsInvalidError(ValueError):
    """Longer than 300 characters."""


@dataclass(frozen=True)
class Addressee:
    """To whom: a checked address, the language she reads, and her name if it is known."""

    email: str
    language: Language
    name: str | None = None


def clean_words(text: str | None, own: Own = NOTHING, longest: int = LONGEST_WORDS) -> str | None:
    """A line of a person's own, as fair_words has it, or None. ``own`` is what she may name.

    Raises WordsInvalidError or WordsUnfairError.
    """
    if len(one_line(text)) > longest:  # first: to look for addresses takes the square of the length
        raise WordsInvalidError
    words = fair_words(text, own)
    if len(words) > longest:  # with the spaces that were lacking
        raise WordsInvalidError
    return words or None


def post(
    session: Session,
    kind: LetterKind,
    invitation: Invitation,
    to: Addressee,
    *,
    staff: User | None = None,
    words: str | None = None,
    signed: str | None = None,
    consent: Consent | None = None,
    topic: str | None = None,
    about: Letter | None = None,
    at: datetime | None = None,
    letter_id: int | None = None,
) -> Letter:
    """Put a letter in the outbox, to be sent now or ``at`` a later moment. The caller commits."""
    letter = Letter(
        id=letter_id,
        kind=kind,
        firm_id=invitation.company.firm_id,
        invitation_id=invitation.id,
        consent_id=consent.id if consent else None,
        about_id=about.id if about else None,
        made_by_id=staff.id if staff else None,
        words=words,
        signed=signed,
        topic=topic,
    )
    return _put(session, letter, to, at)


def post_to_sender(
    session: Session,
    kind: LetterKind,
    invitation: Invitation,
    *,
    words: str | None = None,
    topic: str | None = None,
    about: Letter | None = None,
    consent: Consent | None = None,
    letter_id: int | None = None,
) -> None:
    """Tell the one responsible for the company, else the one who invited; else the firm. The caller commits.

    With an id beforehand, the letter is written with the caller's other rows.
    """
    to = Addressee(*told_of(invitation))
    post(
        session,
        kind,
        invitation,
        to,
        words=words,
        topic=topic,
        about=about,
        consent=consent,
        letter_id=letter_id,
    )


def post_to_firm(
    session: Session,
    kind: LetterKind,
    firm: Firm,
    to: Addressee | None = None,
    *,
    topic: str | None = None,
    about: Letter | None = None,
) -> Letter:
    """Put a letter to a firm's people in the outbox; without ``to``, to the one it has named.

    ``topic`` is the public id of what it is about: the letter is written from it when it is sent.
    The caller commits.
    """
    letter = Letter(kind=kind, firm_id=firm.id, topic=topic, about_id=about.id if about else None)
    return _put(session, letter, to or named_by(firm))


def post_to_operator(
    session: Session,
    kind: LetterKind,
    email: str,
    *,
    topic: str | None = None,
    about: Letter | None = None,
) -> Letter:
    """Put a letter to those who run the service in the outbox; ``topic`` as above. The caller commits."""
    letter = Letter(kind=kind, topic=topic, about_id=about.id if about else None)
    return _put(session, letter, Addressee(email, STAFF_LANGUAGE))


def post_to_account(
    session: Session,
    kind: LetterKind,
    to: Addressee,
    *,
    firm_id: int | None = None,
    staff: User | None = None,
    topic: str | None = None,
) -> Letter:
    """Put a letter about an account of staff in the outbox, to its address. The caller commits.

    Whose account it is stands in the address alone, so that one without an account is met alike.
    """
    letter = Letter(kind=kind, firm_id=firm_id, made_by_id=staff.id if staff else None, topic=topic)
    return _put(session, letter, to)


def post_to_approver(session: Session, kind: LetterKind, to: Addressee) -> None:
    """Put a letter to a person at clients of whatever firms in the outbox; it belongs to none. The caller commits."""
    _put(session, Letter(kind=kind), to)


def told_of(invitation: Invitation) -> tuple[str, Language, str]:
    """Who hears how an invitation goes: her address, language and name."""
    company, sender = invitation.company, invitation.created_by
    she = company.looked_after_by or (sender if sender and sender.active else None)
    if she is None:
        return company.firm.contact_email, STAFF_LANGUAGE, company.firm.contact_name
    return she.email, STAFF_LANGUAGE, she.name


def named_by(firm: Firm) -> Addressee:
    """The one whom the firm has named to be told when something breaks, else its contact."""
    if firm.warned_email:
        return Addressee(firm.warned_email, STAFF_LANGUAGE, firm.warned_name)
    return contact_of(firm)


def contact_of(firm: Firm) -> Addressee:
    """The firm's contact."""
    return Addressee(firm.contact_email, STAFF_LANGUAGE, firm.contact_name)


def send_now(session: Session, letter: Letter) -> None:
    """Let a letter that waits for a later moment go now. The caller holds it, and commits."""
    letter.due_at = now()
    enqueue(session, SEND_LETTER, letter_id=letter.id)


def cancel(session: Session, invitation: Invitation, kinds: list[LetterKind]) -> None:
    """Take letters of these kinds out of the outbox, if they still wait. The caller commits."""
    session.execute(
        update(Letter)
        .where(
            Letter.invitation_id == invitation.id,
            Letter.status == LetterStatus.WAITING,
            Letter.kind.in_(kinds),
        )
        .values(status=LetterStatus.CANCELLED)
    )


def language_of(session: Session, letter_id: int | None) -> str | None:
    """The language of a letter; None without one. One statement."""
    return session.scalar(select(Letter.language).where(Letter.id == letter_id))


def to_approvers(session: Session, invitation_id: int) -> list[Letter]:
    """The letters that led into the guide or will, the newest first. One statement."""
    inviting = [kind for kind in LetterKind if kind.invites]
    return list(
        session.scalars(
            select(Letter)
            .where(
                Letter.invitation_id == invitation_id,
                Letter.kind.in_(inviting),
                Letter.status != LetterStatus.CANCELLED,
            )
            .order_by(Letter.id.desc())
            .limit(SHOWN)
        )
    )


def _put(session: Session, letter: Letter, to: Addressee, at: datetime | None = None) -> Letter:
    letter.recipient, letter.recipient_name, letter.language = to.email, to.name, to.language
    letter.due_at = at or now()
    session.add(letter)
    if not letter.id:
        session.flush()
    if letter.firm_id is not None and letter.kind.to is Reader.APPROVER:
        # After the letter, which waits for whoever holds its invitation: who waits for a contact
        # just made then holds nothing that its maker still needs.
        contact = contact_at(session, letter.firm_id, to.email, name=to.name, language=to.language)
        letter.contact_id = contact.id
    if at is None:
        enqueue(session, SEND_LETTER, letter_id=letter.id)
    return letter
