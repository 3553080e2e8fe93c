"""The outbox: letters to be sent, and those that were; never a secret, since each makes its own when sent.

Most are about an invitation. Those without one go to a firm's people, or to those who run the service.
"""

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
    DISCONNECT_CODE = "disconnect_code"
    DISCONNECTED = "disconnected"
    END_RECEIPT = "end_receipt"
    WARNING = "warning"
    WARNING_DEPUTY = "warning_deputy"
    OUTAGE = "outage"
    OUTAGE_OVER = "outage_over"
    NEEDS_US = "needs_us"
    WEBHOOK_PAUSED = "webhook_paused"

    @property
    def invites(self) -> bool:
        """Whether it leads into the guide, by a link of its own."""
        return self in _INVITING

    @property
    def reminds(self) -> bool:
        """Whether it is one of the quiet reminders."""
        return self in _REMINDING

    @property
    def tells_staff(self) -> bool:
        """Whether it goes to the one who invited, her firm or those who run the service."""
        return self not in _TO_APPROVERS

    @property
    def warns(self) -> bool:
        """Whether it tells of connections that no longer work."""
        return self in _WARNING

    @property
    def to_operator(self) -> bool:
        """Whether it goes to those who run the service."""
        return self in _TO_OPERATOR

    @property
    def about_invitation(self) -> bool:
        """Whether there is an invitation behind it."""
        return not (self.warns or self.to_operator)


_REMINDING = (LetterKind.REMINDER, LetterKind.LAST_REMINDER)
_INVITING = (LetterKind.INVITATION, LetterKind.HAND_OVER, LetterKind.LINK_AGAIN, *_REMINDING)
_TO_APPROVERS = (
    *_INVITING,
    LetterKind.RECEIPT,
    LetterKind.DISCONNECT_CODE,
    LetterKind.END_RECEIPT,
)
_WARNING = (LetterKind.WARNING, LetterKind.WARNING_DEPUTY)
_TO_OPERATOR = (
    LetterKind.OUTAGE,
    LetterKind.OUTAGE_OVER,
    LetterKind.NEEDS_US,
    LetterKind.WEBHOOK_PAUSED,
)


class LetterStatus(StrEnum):
    """Where a letter is; only the first is not an end."""

    WAITING = "waiting"
    SENT = "sent"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


# Where a code goes that ends a connection; other letters are sooner forgotten.
RECEIPT_ADDRESS = text("kind = 'receipt' and recipient <> ''")
OTHER_ADDRESS = text("status <> 'waiting' and recipient <> '' and kind <> 'receipt'")


class Letter(Base):
    """One letter to one address; ``public_id`` is also its Message-ID, the same at every try."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_due", "due_at", postgresql_where=text("status = 'waiting'")),
        Index("ix_letters_invitation_id", "invitation_id", "id"),
        Index("ix_letters_recipient", text("lower(recipient)"), "id"),
        Index("ix_letters_to_staff", "id", postgresql_where=text("invitation_id is null")),
        Index("ix_letters_forget", "due_at", postgresql_where=OTHER_ADDRESS),
        Index("ix_letters_forget_receipts", "consent_id", postgresql_where=RECEIPT_ADDRESS),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    kind: Mapped[LetterKind] = mapped_column(one_of(LetterKind))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firms.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"))
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consents.id"))
    about_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))  # the one before it
    topic: Mapped[str | None]  # what it is about, as a public id or a word of ours
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recipient: Mapped[str]  # empty when its time is over
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

    invitation: Mapped[Invitation | None] = relationship()
    firm: Mapped[Firm | None] = relationship()
    made_by: Mapped[User | None] = relationship()
    consent: Mapped[Consent | None] = relationship()
    about: Mapped["Letter | None"] = relationship(remote_side="Letter.id")

    @property
    def its_invitation(self) -> Invitation:
        """The invitation of a letter that cannot be without one; LookupError when it is."""
        if self.invitation is None:
            raise LookupError(self.kind)
        return self.invitation
