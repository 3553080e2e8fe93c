"""Reminders: at most three, to the last recipient, while the invitation is open."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from wizard.models import (
    EventKind,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    User,
    now,
)
from wizard.services import outbox
from wizard.services.concurrency.locks import hold, hold_all
from wizard.services.history import record
from wizard.services.outbox import Addressee

AFTER = (timedelta(days=2), timedelta(days=7))
BEFORE_END = timedelta(days=1)
MOST = 3
APART = timedelta(hours=20)  # a worker that was away for days must not send all at once
KINDS = [kind for kind in LetterKind if kind.reminds]


def schedule(session: Session, invitation: Invitation, to: Addressee, staff: User | None) -> None:
    """Plan the reminders of the one mailed now, instead of earlier ones'. The caller commits."""
    outbox.cancel(session, invitation, KINDS)
    plan = _plan(invitation)
    left = MOST - _sent(session, invitation)
    for kind, at in plan[max(0, len(plan) - left) :]:
        outbox.post(session, kind, invitation, to, staff=staff, at=at)


def pause(session: Session, invitation: Invitation, staff: User) -> None:
    """Pause reminders; those that fall due during the pause are skipped. Commits."""
    hold(session, invitation)
    if invitation.reminders_paused_at is None:
        invitation.reminders_paused_at = now()
        record(session, EventKind.REMINDERS_PAUSED, invitation, staff=staff)
    session.commit()


def resume(session: Session, invitation: Invitation, staff: User) -> None:
    """Let the reminders that are left go out on their days. Commits."""
    hold(session, invitation)
    if invitation.reminders_paused_at is not None:
        invitation.reminders_paused_at = None
        record(session, EventKind.REMINDERS_RESUMED, invitation, staff=staff)
    session.commit()


def send_next(session: Session, invitations: Sequence[Invitation]) -> None:
    """Let the next planned reminder of each go now instead of on its day; to one person in one mail. The caller commits."""
    for invitation in hold_all(session, invitations):
        planned = select(Letter).where(
            Letter.invitation_id == invitation.id,
            Letter.kind.in_(KINDS),
            Letter.status == LetterStatus.WAITING,
            Letter.tries == 0,
        )
        if reminder := session.scalar(planned.order_by(Letter.due_at, Letter.id).limit(1)):
            outbox.send_now(session, reminder)


def is_wanted(session: Session, reminder: Letter, invitation: Invitation) -> bool:
    """True if a due reminder may be sent: not paused or archived, and the recipient was not mailed recently.

    A letter that another worker has taken up counts as mailed: it may be at the mail server now.
    """
    if invitation.reminders_paused_at is not None or invitation.company.archived_at is not None:
        return False
    lately = select(Letter.id).where(
        Letter.invitation_id == invitation.id,
        Letter.recipient == reminder.recipient,
        Letter.id != reminder.id,
        or_(
            Letter.sent_at > now() - APART,
            and_(Letter.status == LetterStatus.WAITING, Letter.tries > 0),
        ),
    )
    return session.scalar(lately.limit(1)) is None


def _plan(invitation: Invitation) -> list[tuple[LetterKind, datetime]]:
    last = invitation.expires_at - BEFORE_END
    days = [now() + after for after in AFTER]
    return [
        *((LetterKind.REMINDER, at) for at in days if at < last - APART),
        *([(LetterKind.LAST_REMINDER, last)] if last > now() + APART else []),
    ]


def _sent(session: Session, invitation: Invitation) -> int:
    count = select(func.count(Letter.id)).where(
        Letter.invitation_id == invitation.id,
        Letter.kind.in_(KINDS),
        Letter.status == LetterStatus.SENT,
    )
    return session.scalar(count) or 0
