"""What support sees of one company beside its search: letters, links, and whether something has changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    LIVING,
    Authorization,
    Company,
    Contact,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    KeyPurpose,
    Letter,
    LetterStatus,
    Role,
    Standing,
    User,
    deciding_first,
    now,
)
from wizard.services.crypto.digests import digest

MOST = 50  # letters, and links


@dataclass(frozen=True)
class SeenLink:
    """A link and whose it is: ``recipient`` is the address it was mailed to, ``made_by`` who made it to be copied."""

    id: int
    purpose: KeyPurpose
    recipient: str | None
    asked_by: str | None
    made_by: str | None
    by_support: bool  # whoever made it, or had it mailed, works with support
    made_at: datetime
    last_seen_at: datetime | None
    is_working: bool


def letters(session: Session, invitation_id: int) -> list[Letter]:
    """All letters about an invitation that were not cancelled, newest first, to staff as well. One statement."""
    mine = (Letter.invitation_id == invitation_id, Letter.status != LetterStatus.CANCELLED)
    newest = select(Letter).where(*mine).order_by(Letter.id.desc())
    return list(session.scalars(newest.limit(MOST)))


def links(session: Session, invitation_id: int) -> list[SeenLink]:
    """An invitation's links, last seen first, then the newest. One statement."""
    lines = session.execute(
        select(InvitationKey, Contact.email, User, Invitation)
        .join(Invitation, Invitation.id == InvitationKey.invitation_id)
        .outerjoin(Contact, Contact.id == InvitationKey.contact_id)
        .outerjoin(User, User.id == InvitationKey.made_by_id)
        .where(InvitationKey.invitation_id == invitation_id)
        .order_by(InvitationKey.last_seen_at.desc().nulls_last(), InvitationKey.id.desc())
        .limit(MOST)
    )
    return [
        SeenLink(
            id=key.id,
            purpose=key.purpose,
            recipient=email,
            asked_by=key.asked_by,
            made_by=staff.name if staff else None,
            by_support=staff is not None and staff.role is not Role.MEMBER,
            made_at=key.made_at,
            last_seen_at=key.last_seen_at,
            is_working=key.ended_at is None and invitation.status_at(now()) in LIVING,
        )
        for key, email, staff, invitation in lines
    ]


def newest_invitation(session: Session, company: Company) -> Invitation | None:
    """The company's newest invitation. One statement."""
    newest = select(Invitation).where(Invitation.company_id == company.id)
    return session.scalar(newest.order_by(Invitation.id.desc()).limit(1))


def find_link(session: Session, invitation: Invitation, key_id: int | None) -> InvitationKey | None:
    """A link of this invitation; without an id, the one last seen, else the newest."""
    mine = select(InvitationKey).where(InvitationKey.invitation_id == invitation.id)
    if key_id is not None:
        mine = mine.where(InvitationKey.id == key_id)
    order = (InvitationKey.last_seen_at.desc().nulls_last(), InvitationKey.id.desc())
    return session.scalar(mine.order_by(*order).limit(1).options(joinedload(InvitationKey.contact)))


def deciding_attempt(session: Session, key: InvitationKey) -> Authorization | None:
    """The attempt that decides what the reader of this link sees. One statement."""
    hers = select(Authorization).where(Authorization.key_id == key.id)
    return session.scalar(hers.order_by(*deciding_first()).limit(1))


def mark(session: Session, company: Company) -> str:
    """A short token that changes when something has happened that support's page shows. Two statements."""
    newest = select(func.max(Event.id)).where(
        Event.company_id == company.id, Event.kind != EventKind.DOCUMENT_OPENED
    )
    mine = select(Invitation.id).where(Invitation.company_id == company.id)
    seen = select(func.max(InvitationKey.last_seen_at)).where(InvitationKey.invitation_id.in_(mine))
    attempts = select(func.max(Authorization.returned_at)).where(
        Authorization.invitation_id.in_(mine)
    )
    whose = session.execute(
        select(Standing.reason, Standing.since).where(Standing.company_id == company.id)
    ).one_or_none()
    facts = session.execute(
        select(newest.scalar_subquery(), seen.scalar_subquery(), attempts.scalar_subquery())
    ).one()
    return digest(repr((whose, tuple(facts)))).hex()[:16]
