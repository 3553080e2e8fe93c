"""The right to approve a connection for one company, and the secret links that lead to it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from wizard.models.base import Base, now, public_id, words
from wizard.models.company import Company
from wizard.models.contact import Contact, contact_id
from wizard.models.staff import User

CODE_LENGTH = 6  # of the code that is read out on the phone


class InvitationStatus(StrEnum):
    """Where an invitation is; the first three are living, the rest are ends."""

    CREATED = "created"
    SENT = "sent"
    STARTED = "started"
    CONNECTED = "connected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


LIVING = (InvitationStatus.CREATED, InvitationStatus.SENT, InvitationStatus.STARTED)
LIVING_SQL = text("status in ('created', 'sent', 'started')")


class Step(StrEnum):
    """The approver's steps, in their order."""

    WELCOME = "welcome"
    PERMISSION = "permission"
    BOOKKEEPING = "bookkeeping"
    COMPANY = "company"
    APPROVE = "approve"

    @property
    def number(self) -> int:
        """Counted from 1."""
        return _NUMBERS[self]


_NUMBERS = {step: number for number, step in enumerate(Step, 1)}
# Who renews has seen the rest before, and the provider shows which company it is.
RENEWING = (Step.WELCOME, Step.APPROVE)


class RequirementAnswer(StrEnum):
    """What the approver says of a requirement; nobody is stopped on a guess."""

    YES = "yes"
    NO = "no"
    NOT_FOUND = "not_found"
    UNSURE = "unsure"


class KeyPurpose(StrEnum):
    """Why a link was made, and so for whom."""

    COPIED = "copied"
    HANDED_OVER = "handed_over"
    MAILED = "mailed"
    COMMAND = "command"
    PLATFORM = "platform"
    DEMO = "demo"


class Invitation(Base):
    """The durable right to approve a connection for one company."""

    __tablename__ = "invitations"
    __table_args__ = (
        Index(
            "uq_invitations_living_company", "company_id", unique=True, postgresql_where=LIVING_SQL
        ),
        Index("uq_invitations_living_code", "code", unique=True, postgresql_where=LIVING_SQL),
        Index("ix_invitations_code", "code", "id"),
        Index("ix_invitations_company_id", "company_id", "id"),
        Index("ix_invitations_created_by_id", "created_by_id", "id"),
        Index("ix_invitations_due", "expires_at", postgresql_where=LIVING_SQL),
        Index("ix_invitations_ended_at", "ended_at"),
    )

    public_id: Mapped[str] = mapped_column(unique=True, default=public_id)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    provider: Mapped[str]
    code: Mapped[str]
    status: Mapped[InvitationStatus] = mapped_column(
        words(InvitationStatus), default=InvitationStatus.CREATED
    )
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reminders_paused_at: Mapped[datetime | None]
    consent_ends_on: Mapped[date | None]  # until when the approver is asked to let the firm read
    # The connection it was made to renew; a foreign key would be a circle.
    renews_id: Mapped[int | None]

    company: Mapped[Company] = relationship()
    created_by: Mapped[User | None] = relationship()

    @property
    def road(self) -> tuple[Step, ...]:
        """The approver's steps, in their order; a renewal's are fewer."""
        return RENEWING if self.renews_id else tuple(Step)

    @property
    def had_connection(self) -> bool:
        """Whether it led to a connection, or was made to renew one: where none lives, that has ended."""
        return self.renews_id is not None or self.status is InvitationStatus.CONNECTED

    def after(self, step: Step) -> Step:
        """The step that follows on this road; the last is followed by itself."""
        return next((one for one in self.road if one.number > step.number), self.road[-1])

    def count_to(self, step: Step) -> int:
        """The number of a step on this road, from 1."""
        return sum(one.number <= step.number for one in self.road)

    def status_at(self, moment: datetime) -> InvitationStatus:
        """The status at a moment: a living invitation past its time is expired, swept or not."""
        if self.status in LIVING and moment >= self.expires_at:
            return InvitationStatus.EXPIRED
        return self.status


class InvitationKey(Base):
    """One secret address to an invitation: its hash, its reader's progress, its end."""

    __tablename__ = "invitation_keys"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    purpose: Mapped[KeyPurpose] = mapped_column(words(KeyPurpose))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    letter_id: Mapped[int | None]  # the letter it was made for; a foreign key would be a circle
    contact_id: Mapped[int | None] = contact_id()  # whom it was mailed to
    asked_by: Mapped[str | None]  # the approver who handed it over, where her name is known
    ended_at: Mapped[datetime | None]
    step: Mapped[Step] = mapped_column(words(Step), default=Step.WELCOME)
    permission_answer: Mapped[RequirementAnswer | None] = mapped_column(words(RequirementAnswer))
    bookkeeping_answer: Mapped[RequirementAnswer | None] = mapped_column(words(RequirementAnswer))
    last_seen_at: Mapped[datetime | None]

    invitation: Mapped[Invitation] = relationship()
    contact: Mapped[Contact | None] = relationship()

    @property
    def open_step(self) -> Step:
        """The first step on the invitation's road that is not done."""
        return [step for step in self.invitation.road if self.has_reached(step)][-1]

    @property
    def was_handed_over(self) -> bool:
        """Whether an approver, not the firm, asks its reader."""
        return self.purpose is KeyPurpose.HANDED_OVER or self.asked_by is not None

    def has_reached(self, step: Step) -> bool:
        """Whether this step is open: it, or one after it, is the first that is not done."""
        return step.number <= self.step.number
