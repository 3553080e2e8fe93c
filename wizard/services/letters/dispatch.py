"""Sending a letter in steps that may be killed between: taken up with its key, handed over, marked.

No transaction is open while the mail server is spoken to. A crash before the mark costs one double
with the same Message-ID; both then work, since the first key is not ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

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
from wizard.services.concurrency.queue import SEND_LETTER, enqueue
from wizard.services.history import record
from wizard.services.invitations import contact_keys, reminders
from wizard.services.letters import together
from wizard.services.letters.kinds import LETTERS

LEASE = timedelta(minutes=5)  # longer than a conversation with a mail server can take
RETRY_AFTER = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 720, 720)]
SWEEP = 200
UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Dispatch:
    """A letter taken up, with the secret of the key just made for it, if it needs one.

    ``companions`` are letters to the same contact that go in its mail.
    """

    letter: Letter
    secret: str | None = field(repr=False)
    companions: Sequence[Letter] = ()


def take_up(session: Session, letter_id: int) -> Dispatch | None:
    """Take a letter that is due, and make its key; None when it is not to be sent now. Commits.

    What waits for the same contact goes along, in the mail of whichever was taken up first. Whoever
    else comes by within five minutes finds none of them due.
    """
    letters = together.hold(session, letter_id, gather=True)
    if not letters or letters[0].status is not LetterStatus.WAITING or letters[0].due_at > now():
        session.rollback()
        return None
    going = [letter for letter in letters if _goes(session, letter)]
    if not going:
        session.commit()
        return None
    leads = together.go(going, now() + LEASE)
    secret = _key_for(session, leads, going)
    session.commit()
    return Dispatch(leads, secret, [letter for letter in going if letter is not leads])


def mark_sent(session: Session, letter_id: int) -> None:
    """The mail server has taken the letter, and with it those that go along. Commits."""
    for letter in together.hold(session, letter_id):
        if letter.status is LetterStatus.SENT:
            continue
        letter.status = LetterStatus.SENT
        letter.sent_at = now()
        LETTERS[letter.kind].when_sent(session, letter)
        if invitation := letter.invitation:
            note = letter.kind.value
            record(session, EventKind.LETTER_SENT, invitation, staff=letter.made_by, note=note)
    session.commit()


def mark_failed(session: Session, letter_id: int, reason: str, *, refused: bool) -> None:
    """The letter was not taken: tried again later, or given up and told to the sender. Commits.

    So it goes for those that go along. ``refused`` says that the recipient's address will never do.
    """
    held = together.hold(session, letter_id)
    letters = [letter for letter in held if letter.status is LetterStatus.WAITING]
    if not letters:
        session.rollback()
        return
    for letter in letters:
        letter.refusal = reason[:100]
    tries = letters[0].tries
    if refused or tries > len(RETRY_AFTER):
        _give_up(session, letters, reason if refused else UNREACHABLE)
    else:
        due_at = now() + RETRY_AFTER[tries - 1]
        for letter in letters:
            letter.due_at = due_at
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


def _goes(session: Session, letter: Letter) -> bool:
    """Whether a letter that is held still is to go; one that is not leaves the mail, and is cancelled if it waits."""
    waits = letter.status is LetterStatus.WAITING
    if waits and LETTERS[letter.kind].is_true(session, letter):
        return True
    letter.together_id = None
    if waits:
        letter.status = LetterStatus.CANCELLED
        if letter.kind.asked_by_anybody:
            letter.recipient = ""  # nobody is known there
    return False


def _key_for(session: Session, leads: Letter, letters: list[Letter]) -> str | None:
    """The secret that the mail holds: the letter's own, or one of the contact's that opens all of these."""
    own = [make(session, letter) for letter in letters if (make := LETTERS[letter.kind].key)]
    if len(letters) > 1:
        return contact_keys.make(session, leads)
    return own[0] if own else None


def _give_up(session: Session, letters: list[Letter], reason: str) -> None:
    """End the letters of one mail; of those about invitations, each sender is told, once.

    Instead of a warning that bounced, the sweep that looks for them tells the deputy.
    """
    told: set[str] = set()
    if not _were_seen(session, letters):
        contact_keys.end(session, letters)
    for letter in letters:
        letter.status = LetterStatus.BOUNCED
        letter.refusal = reason[:100]
        if letter.invitation:
            _note_bounce(session, letter, letter.invitation)
        if letter.invitation and not letter.kind.tells_staff:
            to = outbox.told_of(letter.invitation)[0]
            if to not in told:  # the mail to her names the companies of all
                outbox.post_to_sender(session, LetterKind.BOUNCED, letter.invitation, about=letter)
            told.add(to)


def _were_seen(session: Session, letters: list[Letter]) -> bool:
    """Whether a link of this mail was used: it then has arrived, whatever a mail server says."""
    seen = select(InvitationKey.id).where(
        InvitationKey.letter_id.in_([letter.id for letter in letters]),
        InvitationKey.last_seen_at.is_not(None),
    )
    return session.scalar(seen.limit(1)) is not None


def _note_bounce(session: Session, letter: Letter, invitation: Invitation) -> None:
    """End the letter's keys and the reminders to its address, and note it in the history."""
    session.execute(
        update(InvitationKey)
        .where(InvitationKey.letter_id == letter.id, InvitationKey.last_seen_at.is_(None))
        .values(ended_at=now())
    )
    note = letter.kind.value
    record(session, EventKind.LETTER_BOUNCED, invitation, actor=Actor.SYSTEM, note=note)
    if LETTERS[letter.kind].ends_reminders and not letter.kind.tells_staff:
        outbox.cancel(session, invitation, reminders.KINDS)
