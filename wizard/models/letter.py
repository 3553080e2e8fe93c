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
from wizard.models.contact import Contact, contact_id
from wizard.models.firm import Firm
from wizard.models.invitation import Invitation
from wizard.models.staff import User


class Reader(StrEnum):
    """Whom a kind of letter goes to."""

    APPROVER = "approver"  # a person at the client
    SENDER = "sender"  # who invited; her firm, when she has left
    FIRM = "firm"
    OPERATOR = "operator"  # those who run the service
    ACCOUNT = "account"  # whose account of staff it is about


class Purpose(StrEnum):
    """What a letter to an approver is for, as far as the outbox and the invitations ask."""

    INVITE = "invite"  # leads into the guide, by a link of its own
    REMIND = "remind"  # leads there too, after an invitation that was not followed
    OTHER = "other"


class LetterKind(StrEnum):
    """What a letter is; the value is the name of its templates.

    To whom and what for stand here, since the outbox and the invitations ask; all else that is true
    of a kind is its row in ``LETTERS`` (wizard/services/letters/kinds.py).
    """

    to: Reader
    purpose: Purpose

    def __new__(
        cls, value: str, to: Reader = Reader.SENDER, purpose: Purpose = Purpose.OTHER
    ) -> "LetterKind":
        """A word that knows to whom and what for; called with a word alone, Python finds the kind."""
        kind = str.__new__(cls, value)
        kind._value_ = value
        kind.to, kind.purpose = to, purpose
        return kind

    INVITATION = "invitation", Reader.APPROVER, Purpose.INVITE
    HAND_OVER = "hand_over", Reader.APPROVER, Purpose.INVITE
    REMINDER = "reminder", Reader.APPROVER, Purpose.REMIND
    LAST_REMINDER = "last_reminder", Reader.APPROVER, Purpose.REMIND
    LINK_AGAIN = "link_again", Reader.APPROVER, Purpose.INVITE
    APPROVE_AGAIN = "approve_again", Reader.APPROVER, Purpose.INVITE
    NO_NEED = "no_need", Reader.APPROVER
    RECEIPT = "receipt", Reader.APPROVER
    DONE = "done", Reader.SENDER
    DECLINED = "declined", Reader.SENDER
    NUMBER_QUESTIONED = "number_questioned", Reader.SENDER
    CAUSE_TOLD = "cause_told", Reader.SENDER
    NEW_LINK_ASKED = "new_link_asked", Reader.SENDER
    INSIGHT_ASKED = "insight_asked", Reader.SENDER
    CONSENT_ENDS = "consent_ends", Reader.SENDER
    STUCK = "stuck", Reader.SENDER
    BOUNCED = "bounced", Reader.SENDER
    CONSENTS_LINK = "consents_link", Reader.APPROVER
    DISCONNECT_CODE = "disconnect_code", Reader.APPROVER
    DISCONNECTED = "disconnected", Reader.SENDER
    END_RECEIPT = "end_receipt", Reader.APPROVER
    WARNING = "warning", Reader.FIRM
    WARNING_DEPUTY = "warning_deputy", Reader.FIRM
    CONTACT_CHANGED = "contact_changed", Reader.FIRM
    KEY_CREATED = "key_created", Reader.FIRM
    KEY_ENDS = "key_ends", Reader.FIRM
    REVIEW_DUE = "review_due", Reader.FIRM
    OUTAGE = "outage", Reader.OPERATOR
    OUTAGE_OVER = "outage_over", Reader.OPERATOR
    REFUSED_AT_ONCE = "refused_at_once", Reader.OPERATOR
    NEEDS_US = "needs_us", Reader.OPERATOR
    WEBHOOK_PAUSED = "webhook_paused", Reader.OPERATOR
    WORKER_SILENT = "worker_silent", Reader.OPERATOR
    WORKER_BACK = "worker_back", Reader.OPERATOR
    ACCOUNT_INVITE = "account_invite", Reader.ACCOUNT
    PASSWORD_RESET = "password_reset", Reader.ACCOUNT
    PASSWORD_CHANGED = "password_changed", Reader.ACCOUNT
    FACTOR_CHANGED = "factor_changed", Reader.ACCOUNT
    DAILY_SUMMARY = "daily_summary", Reader.ACCOUNT

    @property
    def invites(self) -> bool:
        """Whether it leads into the guide, by a link of its own."""
        return self.purpose in {Purpose.INVITE, Purpose.REMIND}

    @property
    def asked_by_anybody(self) -> bool:
        """Whether a stranger may have typed its address, where nobody is known who is to get it."""
        return self.to is Reader.ACCOUNT or self is LetterKind.CONSENTS_LINK

    @property
    def reminds(self) -> bool:
        """Whether it is one of the quiet reminders."""
        return self.purpose is Purpose.REMIND

    @property
    def tells_staff(self) -> bool:
        """Whether it goes to the one who invited, her firm or those who run the service."""
        return self.to is not Reader.APPROVER


class LetterStatus(StrEnum):
    """Where a letter is; only the first is not an end."""

    WAITING = "waiting"
    SENT = "sent"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


# Where a code goes that ends a connection; other letters are sooner forgotten.
RECEIPT_ADDRESS = text("kind = 'receipt' and recipient <> ''")
WARNING_ADDRESS = text("kind = 'warning' and recipient <> ''")
OTHER_ADDRESS = text("status <> 'waiting' and recipient <> '' and kind <> 'receipt'")


class Letter(Base):
    """One letter to one address; ``public_id`` is also its Message-ID, the same at every try."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_due", "due_at", postgresql_where=text("status = 'waiting'")),
        Index("ix_letters_invitation_id", "invitation_id", "id"),
        Index("ix_letters_recipient", text("lower(recipient)"), "id"),
        Index("ix_letters_to_staff", "id", postgresql_where=text("invitation_id is null")),
        Index(
            "ix_letters_bounced_to_staff",
            "created_at",
            postgresql_where=text("status = 'bounced' and invitation_id is null"),
        ),
        Index("ix_letters_forget", "due_at", postgresql_where=OTHER_ADDRESS),
        Index("ix_letters_warnings", "sent_at", postgresql_where=WARNING_ADDRESS),
        Index(
            "ix_letters_together_id",
            "together_id",
            postgresql_where=text("together_id is not null"),
        ),
        Index("ix_letters_forget_receipts", "consent_id", postgresql_where=RECEIPT_ADDRESS),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    kind: Mapped[LetterKind] = mapped_column(one_of(LetterKind))
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firms.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"))
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consents.id"))
    about_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id"))  # the one before it
    # The letter to the same contact in whose mail it goes, and whose words are about both.
    together_id: Mapped[int | None] = mapped_column(ForeignKey("letters.id", ondelete="SET NULL"))
    topic: Mapped[str | None]  # what it is about, as a public id or a word of ours
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    contact_id: Mapped[int | None] = contact_id()  # of a letter to an approver
    recipient: Mapped[str]  # where it is sent; empty when its time is over
    recipient_name: Mapped[str | None]
    signed: Mapped[str | None]  # the name of the approver who asks a colleague
    from_key_id: Mapped[int | None]  # the link she asks from; a foreign key would be a circle
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
    contact: Mapped[Contact | None] = relationship()
    about: Mapped["Letter | None"] = relationship(remote_side="Letter.id", foreign_keys=[about_id])

    @property
    def its_invitation(self) -> Invitation:
        """The invitation of a letter that cannot be without one; LookupError when it is."""
        if self.invitation is None:
            raise LookupError(self.kind)
        return self.invitation
