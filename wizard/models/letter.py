"""The outbox: letters to be sent, and those that were; never a secret, since each makes its own when sent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id
from wizard.models.base import words as one_of
from wizard.models.connection import Consent
from wizard.models.firm import Firm, User
from wizard.models.invitation import Invitation


class LetterKind(StrEnum):
    """What a letter is; the value is the name of its templates."""

    INVITATION = "invitation"
    HAND_OVER = "hand_over"
    REMINDER = "reminder"
    LAST_REMINDER = "last_reminder"
    LINK_AGAIN = "link_again"
    RECEIPT = "receipt"
    DONE = "done"
    DECLINED = "declined"
    NUMBER_QUESTIONED = "number_questioned"
    NEW_LINK_ASKED = "new_link_asked"
    STUCK = "stuck"
    BOUNCED = "bounced"

    @property
    def invites(self) -> bool:
        """Whether it leads into the guide, by a link of its own."""
        return self in _INVITING

    @property
    def reminds(self) -> bool:
        """Whether it is one of the quiet reminders."""
        return self in _REMINDING

    @property
    def tells_sender(self) -> bool:
        """Whether it goes to the one who invited."""
        return not self.invites and self is not LetterKind.RECEIPT


_REMINDING = (LetterKind.REMINDER, LetterKind.LAST_REMINDER)
_INVITING = (LetterKind.INVITATION, LetterKind.HAND_OVER, LetterKind.LINK_AGAIN, *_REMINDING)


class LetterStatus(StrEnum):
    """Where a letter is; only the first is not an end."""

    WAITING = "waiting"
    SENT = "sent"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


class Letter(Base):
    """One letter to one address; ``public_id`` is also its Message-ID, the same at every try."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_due", "due_at", postgresql_where=text("status = 'waiting'")),
        Index("ix_letters_invitation_id", "invitation_id", "id"),
        Index("ix_letters_recipient", text("lower(recipient)"), "id"),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    kind: Mapped[LetterKind] = mapped_column(one_of(LetterKind))
    firm_id: Mapped[int] = mapped_column(ForeignKey("firms.id"))
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"))
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consents.id"))
    about_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))  # the one that bounced
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recipient: Mapped[str]
    recipient_name: Mapped[str | None]
    signed: Mapped[str | None]  # the name of the approver who asks a colleague
    words: Mapped[str | None]  # what a person chose to write: plain text
    language: Mapped[str]
    status: Mapped[LetterStatus] = mapped_column(one_of(LetterStatus), default=LetterStatus.WAITING)
    created_at: Mapped[datetime] = mapped_column(default=now)
    due_at: Mapped[datetime] = mapped_column(default=now)  # when waiting: the next try
    sent_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    refusal: Mapped[str | None]  # the mail server's answer, as a short word

    invitation: Mapped[Invitation] = relationship()
    firm: Mapped[Firm] = relationship()
    made_by: Mapped[User | None] = relationship()
    consent: Mapped[Consent | None] = relationship()
    about: Mapped["Letter | None"] = relationship(remote_side="Letter.id")
