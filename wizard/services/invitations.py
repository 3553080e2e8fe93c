"""Making, replacing and ending invitations and their links."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    LIVING,
    Actor,
    Company,
    Connection,
    ConnectionStatus,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    Letter,
    LetterKind,
    User,
    now,
    readable,
)
from wizard.services import letters
from wizard.services.history import record
from wizard.services.locking import hold, hold_company
from wizard.services.secrets import digest, new_secret

VALIDITY = timedelta(days=14)
CODE_LENGTH = 6


class InvitationEndedError(Exception):
    """The invitation no longer lives, so nothing can be done with it."""


@dataclass(frozen=True)
class Link:
    """A link just made: the only moment its secret exists outside the reader's hands."""

    invitation: Invitation
    secret: str

    def __repr__(self) -> str:
        return f"Link({self.invitation.public_id})"


def living_invitation(session: Session, company: Company) -> Invitation | None:
    """The company's living invitation, if it has one; at most one lives."""
    found = session.scalar(
        select(Invitation)
        .where(Invitation.company_id == company.id, Invitation.status.in_(LIVING))
        .options(joinedload(Invitation.created_by))
    )
    return found if found and found.status_at(now()) in LIVING else None


def activate(
    session: Session, company: Company, provider: str, staff: User | None, purpose: KeyPurpose
) -> Link:
    """Invite to connect the company: its living invitation or a new one, and a new link to it.

    Pressing twice gives two links to one invitation. Commits.
    """
    invitation = living_invitation(session, company) or begin(session, company, provider, staff)
    link = _make_link(session, invitation, purpose, staff)
    session.commit()
    return link


def show_link(
    session: Session,
    invitation: Invitation,
    staff: User | None,
    purpose: KeyPurpose = KeyPurpose.COPIED,
) -> Link:
    """One more link to a living invitation; the earlier ones go on working. Commits."""
    _lock(session, invitation)
    link = _make_link(session, invitation, purpose, staff)
    session.commit()
    return link


def new_link(session: Session, invitation: Invitation, staff: User) -> Link:
    """A link that replaces all earlier ones, for when one went astray; starts the validity anew. Commits."""
    _lock(session, invitation)
    _end_keys(session, invitation)
    invitation.expires_at = now() + VALIDITY
    record(session, EventKind.LINKS_REPLACED, invitation, staff=staff)
    link = _make_link(session, invitation, KeyPurpose.COPIED, staff)
    session.commit()
    return link


def withdraw(session: Session, invitation: Invitation, staff: User | None) -> None:
    """End the invitation and all its links; doing it twice is the same as once. Commits."""
    hold(session, invitation)
    if invitation.status in LIVING:
        _end(invitation, InvitationStatus.WITHDRAWN)
        record(session, EventKind.INVITATION_WITHDRAWN, invitation, staff=staff)
    session.commit()


def withdraw_living(session: Session, company_id: int, *, staff: User | None, actor: Actor) -> None:
    """End a company's invitation with its connection, so that no old link brings it back; the caller commits."""
    found = session.scalar(
        select(Invitation)
        .where(Invitation.company_id == company_id, Invitation.status.in_(LIVING))
        .with_for_update()
    )
    if found:
        _end(found, InvitationStatus.WITHDRAWN)
        record(session, EventKind.INVITATION_WITHDRAWN, found, staff=staff, actor=actor)


def decline(session: Session, invitation: Invitation, reason: str) -> None:
    """The approver says no; ``reason`` is hers to give, for the sender to read. Commits."""
    _lock(session, invitation)
    _end(invitation, InvitationStatus.DECLINED)
    record(
        session,
        EventKind.INVITATION_DECLINED,
        invitation,
        actor=Actor.APPROVER,
        note=reason.strip() or None,
    )
    letters.post_to_sender(session, LetterKind.DECLINED, invitation, words=reason.strip() or None)
    session.commit()


def hand_over(session: Session, key: InvitationKey) -> Link:
    """A link of her own for a colleague, who begins at the beginning; the giver's goes on. Commits."""
    hand_over_begun(session, key.invitation)
    link = _make_link(session, key.invitation, KeyPurpose.HANDED_OVER, None)
    session.commit()
    return link


def hand_over_begun(session: Session, invitation: Invitation) -> None:
    """Note that the approver hands over; the caller commits, or meets InvitationEndedError."""
    _lock(session, invitation)
    _started(session, invitation)
    record(session, EventKind.HANDED_OVER, invitation, actor=Actor.APPROVER)


def key_for_letter(session: Session, letter: Letter, purpose: KeyPurpose) -> str:
    """The secret of a link that a letter about to be sent holds; the caller commits.

    Whoever was mailed before goes on from where she was.
    """
    secret = new_secret()
    key = _add_key(session, letter.its_invitation, secret, purpose, letter.made_by)
    key.letter_id = letter.id
    if earlier := _furthest_key(session, letter):
        key.step = earlier.step
        key.permission_answer = earlier.permission_answer
        key.bookkeeping_answer = earlier.bookkeeping_answer
    return secret


def mark_expired(session: Session) -> int:
    """End every living invitation whose time has passed; how many. Commits."""
    due = session.scalars(
        select(Invitation)
        .where(Invitation.status.in_(LIVING), Invitation.expires_at <= now())
        .limit(500)
        .with_for_update(skip_locked=True)
    ).all()
    for invitation in due:
        _expire(session, invitation)
    session.commit()
    return len(due)


def started(session: Session, invitation: Invitation) -> None:
    """Mark that the approver pressed her first button; the caller commits."""
    _started(session, invitation)


def _started(session: Session, invitation: Invitation) -> None:
    if invitation.status in {InvitationStatus.CREATED, InvitationStatus.SENT}:
        invitation.status = InvitationStatus.STARTED
        invitation.started_at = now()
        record(session, EventKind.INVITATION_STARTED, invitation, actor=Actor.APPROVER)


def begin(session: Session, company: Company, provider: str, staff: User | None) -> Invitation:
    """A new invitation, or the one that somebody else made in the same moment; the caller commits.

    Where there is a living connection, it is to renew that one, and nothing else.
    """
    hold_company(session, company.id)
    outlived = session.scalar(
        select(Invitation)
        .where(Invitation.company_id == company.id, Invitation.status.in_(LIVING))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if outlived and outlived.status_at(now()) in LIVING:
        return outlived
    if outlived:
        _expire(session, outlived)
        session.flush()
    living = Connection.status != ConnectionStatus.DISCONNECTED
    renews_id = session.scalar(
        select(Connection.id).where(Connection.company_id == company.id, living)
    )
    for _ in range(5):  # a code already among the living is as good as impossible, yet possible
        invitation = Invitation(
            company_id=company.id,
            provider=provider,
            code=readable(CODE_LENGTH),
            created_by_id=staff.id if staff else None,
            expires_at=now() + VALIDITY,
            renews_id=renews_id,
        )
        try:
            with session.begin_nested():
                session.add(invitation)
        except IntegrityError:
            continue
        else:
            record(session, EventKind.INVITATION_CREATED, invitation, staff=staff)
            return invitation
    raise RuntimeError("no free code for an invitation")


def _make_link(
    session: Session, invitation: Invitation, purpose: KeyPurpose, staff: User | None
) -> Link:
    secret = new_secret()
    _add_key(session, invitation, secret, purpose, staff)
    record(session, EventKind.LINK_MADE, invitation, staff=staff, note=purpose.value)
    return Link(invitation, secret)


def _add_key(
    session: Session,
    invitation: Invitation,
    secret: str,
    purpose: KeyPurpose,
    staff: User | None,
) -> InvitationKey:
    key = InvitationKey(
        invitation_id=invitation.id,
        secret_hash=digest(secret),
        purpose=purpose,
        made_by_id=staff.id if staff else None,
    )
    session.add(key)
    return key


def _furthest_key(session: Session, letter: Letter) -> InvitationKey | None:
    """The link by which this letter's reader got furthest, among those mailed to her."""
    hers = session.scalars(
        select(InvitationKey)
        .join(Letter, Letter.id == InvitationKey.letter_id)
        .where(
            InvitationKey.invitation_id == letter.invitation_id,
            func.lower(Letter.recipient) == letter.recipient.lower(),
        )
        .order_by(InvitationKey.id.desc())
    ).all()
    return max(hers, key=lambda key: key.step.number, default=None)


def _lock(session: Session, invitation: Invitation) -> None:
    """Take the row for this transaction; InvitationEndedError when it does not live any more."""
    hold(session, invitation)
    if invitation.status_at(now()) not in LIVING:
        session.rollback()
        raise InvitationEndedError


def _end(invitation: Invitation, status: InvitationStatus) -> None:
    invitation.status = status
    invitation.ended_at = now()


def _expire(session: Session, invitation: Invitation) -> None:
    _end(invitation, InvitationStatus.EXPIRED)
    record(session, EventKind.INVITATION_EXPIRED, invitation)


def _end_keys(session: Session, invitation: Invitation) -> None:
    """End all links, and let no letter that waits make a new one."""
    letters.cancel(session, invitation, [kind for kind in LetterKind if kind.invites])
    session.execute(
        update(InvitationKey)
        .where(InvitationKey.invitation_id == invitation.id, InvitationKey.ended_at.is_(None))
        .values(ended_at=now())
    )
