"""Sending a letter in steps that may be killed between: taken up with its key, handed over, marked.

No transaction is open while the mail server is spoken to. A crash before the mark costs one double
with the same Message-ID; both then work, since the first key is not ended.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    Actor,
    EventKind,
    Invitation,
    InvitationKey,
    Letter,
    LetterKind,
    LetterStatus,
    now,
)
from wizard.services import outbox
from wizard.services.concurrency.locks import hold
from wizard.services.concurrency.queue import SEND_LETTER, enqueue
from wizard.services.history import record
from wizard.services.invitations import reminders
from wizard.services.letters.kinds import LETTERS

LEASE = timedelta(minutes=5)  # longer than a conversation with a mail server can take
RETRY_AFTER = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 720, 720)]
SWEEP = 200
UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Dispatch:
    """A letter taken up, with the secret of the key just made for it, if it needs one."""

    letter: Letter
    secret: str | None = field(repr=False)


def take_up(session: Session, letter_id: int) -> Dispatch | None:
    """Take a letter that is due, and make its key; None when it is not to be sent now. Commits.

    Whoever else comes by within five minutes finds it not due.
    """
    letter = _held(session, letter_id)
    if letter is None or letter.status is not LetterStatus.WAITING or letter.due_at > now():
        session.rollback()
        return None
    kind = LETTERS[letter.kind]
    if not kind.is_true(session, letter):
        letter.status = LetterStatus.CANCELLED
        if letter.kind.asked_by_anybody:
            letter.recipient = ""  # nobody is known there
        session.commit()
        return None
    letter.tries += 1
    letter.due_at = now() + LEASE
    secret = kind.key(session, letter) if kind.key else None
    session.commit()
    return Dispatch(letter, secret)


def mark_sent(session: Session, letter_id: int) -> None:
    """The mail server has taken the letter. Commits."""
    letter = _held(session, letter_id)
    if letter is None or letter.status is LetterStatus.SENT:
        session.rollback()
        return
    letter.status = LetterStatus.SENT
    letter.sent_at = now()
    LETTERS[letter.kind].when_sent(session, letter)
    if invitation := letter.invitation:
        note = letter.kind.value
        record(session, EventKind.LETTER_SENT, invitation, staff=letter.made_by, note=note)
    session.commit()


def mark_failed(session: Session, letter_id: int, reason: str, *, refused: bool) -> None:
    """The letter was not taken: tried again later, or given up and told to the sender. Commits.

    ``refused`` says that the recipient's address will never do.
    """
    letter = _held(session, letter_id)
    if letter is None or letter.status is not LetterStatus.WAITING:
        session.rollback()
        return
    letter.refusal = reason[:100]
    if refused or letter.tries > len(RETRY_AFTER):
        _give_up(session, letter, reason if refused else UNREACHABLE)
    else:
        letter.due_at = now() + RETRY_AFTER[letter.tries - 1]
    session.commit()


def drop(session: Session, letter_id: int) -> None:
    """Take a letter out of the outbox where there is no mail server: later it would be old news. Commits."""
    waiting = (Letter.id == letter_id, Letter.status == LetterStatus.WAITING)
    session.execute(update(Letter).where(*waiting).values(status=LetterStatus.CANCELLED))
    session.commit()


def take_up_due(session: Session, most: int = SWEEP) -> int:
    """Enqueue letters that are due, whether or not a job remembers them; how many. Commits."""
    due = session.scalars(
        select(Letter.id)
        .where(Letter.status == LetterStatus.WAITING, Letter.due_at <= now())
        .order_by(Letter.due_at)
        .limit(most)
    ).all()
    for letter_id in due:
        enqueue(session, SEND_LETTER, once=f"{SEND_LETTER}:{letter_id}", letter_id=letter_id)
    session.commit()
    return len(due)


def _held(session: Session, letter_id: int) -> Letter | None:
    """The letter and its invitation, if it has one, both locked: the invitation first, as everywhere."""
    found = session.scalar(
        select(Letter)
        .where(Letter.id == letter_id)
        .options(
            joinedload(Letter.invitation).joinedload(Invitation.created_by),
            joinedload(Letter.firm),
            joinedload(Letter.made_by),
        )
    )
    if found and found.invitation:
        hold(session, found.invitation)
    if found:
        hold(session, found)
    return found


def _give_up(session: Session, letter: Letter, reason: str) -> None:
    """End the letter; of one about an invitation, the sender is told, once.

    Instead of a warning that bounced, the sweep that looks for them tells the deputy.
    """
    letter.status = LetterStatus.BOUNCED
    letter.refusal = reason[:100]
    if letter.invitation:
        _tell_of_bounce(session, letter, letter.invitation)


def _tell_of_bounce(session: Session, letter: Letter, invitation: Invitation) -> None:
    """End the letter's keys and the reminders to its address, and tell the sender."""
    session.execute(
        update(InvitationKey)
        .where(InvitationKey.letter_id == letter.id, InvitationKey.last_seen_at.is_(None))
        .values(ended_at=now())
    )
    record(
        session,
        EventKind.LETTER_BOUNCED,
        invitation,
        actor=Actor.SYSTEM,
        note=letter.kind.value,
    )
    if letter.kind.tells_staff:
        return  # a letter about this one would go the same way
    if LETTERS[letter.kind].ends_reminders:
        outbox.cancel(session, invitation, reminders.KINDS)
    outbox.post_to_sender(session, LetterKind.BOUNCED, invitation, about=letter)
