"""Sending a letter in steps that may be killed between: taken up with its key, handed over, marked.

No transaction is open while the mail server is spoken to. A crash before the mark costs one double
with the same Message-ID; both then work, since the first key is not ended.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    LIVING,
    Actor,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    Letter,
    LetterKind,
    LetterStatus,
    now,
)
from wizard.services import (
    disconnect_codes,
    letters,
    outages,
    receipts,
    reminders,
    warnings,
    webhook_receivers,
)
from wizard.services.history import record
from wizard.services.invitations import key_for_letter
from wizard.services.locking import hold
from wizard.services.queue import SEND_LETTER, enqueue
from wizard.services.troubles import told_in

LEASE = timedelta(minutes=5)  # longer than a conversation with a mail server can take
BACK_OFF = [timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 720, 720)]
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
    if not _is_wanted(session, letter):
        letter.status = LetterStatus.CANCELLED
        session.commit()
        return None
    letter.tries += 1
    letter.due_at = now() + LEASE
    secret = _make_key(session, letter)
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
    if letter.invitation:
        _note_sent(session, letter, letter.invitation)
    if letter.kind.warns:
        warnings.note_sent(session, letter)
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
    if refused or letter.tries > len(BACK_OFF):
        _give_up(session, letter, reason if refused else UNREACHABLE)
    else:
        letter.due_at = now() + BACK_OFF[letter.tries - 1]
    session.commit()


def drop(session: Session, letter_id: int) -> None:
    """Take a letter out of the outbox where there is no mail server: later it would be old news. Commits."""
    waiting = (Letter.id == letter_id, Letter.status == LetterStatus.WAITING)
    session.execute(update(Letter).where(*waiting).values(status=LetterStatus.CANCELLED))
    session.commit()


def take_up_due(session: Session) -> int:
    """Enqueue every letter that is due, whether or not a job remembers it; how many. Commits."""
    due = session.scalars(
        select(Letter.id)
        .where(Letter.status == LetterStatus.WAITING, Letter.due_at <= now())
        .order_by(Letter.due_at)
        .limit(SWEEP)
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


def _note_sent(session: Session, letter: Letter, invitation: Invitation) -> None:
    if letter.kind.invites and invitation.status is InvitationStatus.CREATED:
        invitation.status = InvitationStatus.SENT
    record(session, EventKind.LETTER_SENT, invitation, staff=letter.made_by, note=letter.kind.value)


def _is_wanted(session: Session, letter: Letter) -> bool:
    if letter.invitation is None:
        return _is_still_true(session, letter)
    status = letter.invitation.status_at(now())
    if letter.kind is LetterKind.DISCONNECT_CODE:
        return not disconnect_codes.is_late(letter)
    if letter.kind is LetterKind.STUCK:
        return status is InvitationStatus.STARTED
    if letter.kind.invites and status not in LIVING:
        return False
    return not letter.kind.reminds or reminders.is_wanted(session, letter, letter.invitation)


def _is_still_true(session: Session, letter: Letter) -> bool:
    """Whether what a letter to staff tells of has not passed before it went."""
    if letter.kind.warns:
        return bool(told_in(session, letter, still=True, most=1))
    if letter.kind is LetterKind.WEBHOOK_PAUSED:
        return webhook_receivers.is_paused(session, letter.topic or "")
    return letter.kind is not LetterKind.OUTAGE or outages.is_on(session, letter.topic)


def _make_key(session: Session, letter: Letter) -> str | None:
    if letter.kind.invites:
        handed = letter.kind is LetterKind.HAND_OVER
        return key_for_letter(
            session, letter, KeyPurpose.HANDED_OVER if handed else KeyPurpose.MAILED
        )
    if letter.kind is LetterKind.DISCONNECT_CODE:
        return disconnect_codes.make_code(session, letter)
    return receipts.make_key(session, letter) if letter.kind is LetterKind.RECEIPT else None


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
    if letter.kind is not LetterKind.HAND_OVER:
        letters.cancel(session, invitation, reminders.KINDS)
    letters.post_to_sender(session, LetterKind.BOUNCED, invitation, about=letter)
