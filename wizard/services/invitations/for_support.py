"""What support does about an invitation: mails a link again, and looks at the approver's page."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import (
    AuditAction,
    EventKind,
    Invitation,
    Letter,
    LetterKind,
    LetterStatus,
    User,
)
from wizard.services import outbox
from wizard.services.audit import trail
from wizard.services.concurrency.locks import hold
from wizard.services.history import record
from wizard.services.outbox import Addressee


def last_recipient(session: Session, invitation: Invitation) -> Letter | None:
    """The letter with a link that was last sent about this invitation, while its address is known."""
    inviting = [kind for kind in LetterKind if kind.invites and kind is not LetterKind.HAND_OVER]
    return session.scalar(
        select(Letter)
        .where(
            Letter.invitation_id == invitation.id,
            Letter.kind.in_(inviting),
            Letter.status == LetterStatus.SENT,
            Letter.recipient != "",
        )
        .order_by(Letter.id.desc())
        .limit(1)
    )


def mail_link(
    session: Session, invitation: Invitation, staff: User, earlier: Letter, *, asked: bool = True
) -> None:
    """Mail another link to the address of an earlier letter, in its language; ``asked``: by her. Commits."""
    hold(session, invitation)
    language: outbox.Language = "en" if earlier.language == "en" else "sv"
    to = Addressee(earlier.recipient, language, earlier.recipient_name)
    if asked:  # on the phone
        record(session, EventKind.LINK_AGAIN_ASKED, invitation, staff=staff)
    about = trail.about_company(invitation.company, earlier.recipient)
    trail.record(session, AuditAction.LINK_SHOWN, about, after={"purpose": "mailed"})
    outbox.post(session, LetterKind.LINK_AGAIN, invitation, to, staff=staff, signed=earlier.signed)
    session.commit()


def note_seen_as(session: Session, invitation: Invitation, staff: User, reason: str) -> None:
    """Tell the history, which the firm reads, and the audit trail that support sees the approver's page. Commits.

    ``reason`` is from fair_words.
    """
    about = trail.about_company(invitation.company)
    trail.record(session, AuditAction.SEEN_AS, about, after={"reason": reason})
    record(session, EventKind.SEEN_AS, invitation, staff=staff, note=reason)
    session.commit()
