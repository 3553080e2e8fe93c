"""Making, replacing and ending invitations and their links."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from wizard.models import (
    CODE_LENGTH,
    LIVING,
    Actor,
    AuditAction,
    Authorization,
    Company,
    Connection,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    KeyPurpose,
    Letter,
    LetterKind,
    Promise,
    User,
    now,
    readable,
    today,
)
from wizard.services import outbox
from wizard.services.audit import trail
from wizard.services.concurrency.locks import hold, hold_company
from wizard.services.crypto.digests import digest, new_secret
from wizard.services.history import record
from wizard.services.invitations.waiting import end_waiting

VALIDITY = timedelta(days=14)
NEAR, YEAR = timedelta(days=60), timedelta(days=365)


class InvitationEndedError(Exception):
    """The invitation has ended, so it cannot be changed or used."""


@dataclass(frozen=True)
class Link:
    """A new link with its secret, which is not stored: it is readable only now."""

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
    _shown(session, company, purpose)
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
    _shown(session, invitation.company, purpose)
    session.commit()
    return link


def new_link(session: Session, invitation: Invitation, staff: User) -> Link:
    """Create a link that replaces all earlier ones, if one was lost; restarts the validity. Commits."""
    _lock(session, invitation)
    _end_keys(session, invitation)
    invitation.expires_at = now() + VALIDITY
    record(session, EventKind.LINKS_REPLACED, invitation, staff=staff)
    link = _make_link(session, invitation, KeyPurpose.COPIED, staff)
    _shown(session, invitation.company, KeyPurpose.COPIED)
    session.commit()
    return link


def withdraw(session: Session, invitation: Invitation, staff: User | None) -> None:
    """End the invitation and all its links; doing it twice is the same as once. Commits."""
    hold(session, invitation)
    if invitation.status in LIVING:
        _end(session, invitation, InvitationStatus.WITHDRAWN)
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
        _end(session, found, InvitationStatus.WITHDRAWN)
        record(session, EventKind.INVITATION_WITHDRAWN, found, staff=staff, actor=actor)


def decline(session: Session, invitation: Invitation, reason: str | None) -> None:
    """Decline for the approver; ``reason``, from clean_words, is shown to the sender. Commits."""
    _lock(session, invitation)
    _end(session, invitation, InvitationStatus.DECLINED)
    record(
        session,
        EventKind.INVITATION_DECLINED,
        invitation,
        actor=Actor.APPROVER,
        note=reason,
    )
    outbox.post_to_sender(session, LetterKind.DECLINED, invitation, words=reason)
    session.commit()


def hand_over(session: Session, key: InvitationKey) -> Link:
    """Create a separate link for a colleague, starting at the first step; the old one stays valid. Commits."""
    hand_over_begun(session, key.invitation)
    asked_by = key.contact.name if key.contact else None
    link = _make_link(session, key.invitation, KeyPurpose.HANDED_OVER, None, asked_by)
    session.commit()
    return link


def hand_over_begun(session: Session, invitation: Invitation) -> None:
    """Record that the approver hands over; the caller commits. Raises InvitationEndedError."""
    _lock(session, invitation)
    _started(session, invitation)
    record(session, EventKind.HANDED_OVER, invitation, actor=Actor.APPROVER)


def key_for_letter(session: Session, letter: Letter, purpose: KeyPurpose) -> str:
    """The secret of a link that a letter about to be sent holds; the caller commits.

    Whoever was mailed before goes on from where she was.
    """
    secret = new_secret()
    key = _add_key(session, letter.its_invitation, secret, purpose, letter.made_by)
    key.letter_id, key.contact_id, key.asked_by = letter.id, letter.contact_id, letter.signed
    if earlier := promised_key(session, letter) or _furthest_key(session, letter):
        key.step = earlier.step
        key.permission_answer = earlier.permission_answer
        key.bookkeeping_answer = earlier.bookkeeping_answer
    return secret


def promised_key(session: Session, letter: Letter) -> InvitationKey | None:
    """The link whose reader was promised this letter; None if it keeps no promise."""
    return session.scalar(
        select(InvitationKey)
        .join(Authorization, Authorization.key_id == InvitationKey.id)
        .join(Promise, Promise.authorization_id == Authorization.id)
        .where(Promise.letter_id == letter.id)
    )


def mark_expired(session: Session) -> int:
    """Expire every open invitation whose validity has ended; returns how many. Commits."""
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
    """A new invitation, or one created concurrently; the caller commits.

    The member who asks first becomes responsible for the company, and one that was archived
    is so no longer. Where there is a living connection, it is to renew that one, and nothing else.
    """
    hold_company(session, company.id)
    if company.responsible_id is None and staff and staff.firm_id == company.firm_id:
        company.responsible_id = staff.id
    company.archived_at = None
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
    renews = session.scalar(
        select(Connection).where(Connection.company_id == company.id, Connection.is_living)
    )
    for _ in range(5):  # a code already among the living is as good as impossible, yet possible
        invitation = Invitation(
            company_id=company.id,
            provider=provider,
            code=readable(CODE_LENGTH),
            created_by_id=staff.id if staff else None,
            expires_at=now() + VALIDITY,
            renews_id=renews.id if renews else None,
            consent_ends_on=_asked_until(renews) if renews else None,
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


def _asked_until(connection: Connection) -> date | None:
    """Until when a renewal is asked for: as before, or a year more where that is near; none without an end."""
    ends_on = connection.consent_ends_on
    if ends_on is None or ends_on > today() + NEAR:
        return ends_on
    return max(ends_on, today()) + YEAR


def _shown(session: Session, company: Company, purpose: KeyPurpose) -> None:
    """That whoever acts is shown a link with which the company can be approved for; never the link."""
    after = {"purpose": purpose}
    trail.record(session, AuditAction.LINK_SHOWN, trail.about_company(company), after=after)


def _make_link(
    session: Session,
    invitation: Invitation,
    purpose: KeyPurpose,
    staff: User | None,
    asked_by: str | None = None,
) -> Link:
    secret = new_secret()
    _add_key(session, invitation, secret, purpose, staff).asked_by = asked_by
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
        .where(
            InvitationKey.invitation_id == letter.invitation_id,
            InvitationKey.contact_id == letter.contact_id,
            InvitationKey.contact_id.is_not(None),
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


def _end(session: Session, invitation: Invitation, status: InvitationStatus) -> None:
    invitation.status = status
    invitation.ended_at = now()
    end_waiting(session, invitation.id)


def _expire(session: Session, invitation: Invitation) -> None:
    _end(session, invitation, InvitationStatus.EXPIRED)
    record(session, EventKind.INVITATION_EXPIRED, invitation)


def _end_keys(session: Session, invitation: Invitation) -> None:
    """End all links, and let no letter that waits make a new one."""
    outbox.cancel(session, invitation, [kind for kind in LetterKind if kind.invites])
    session.execute(
        update(InvitationKey)
        .where(InvitationKey.invitation_id == invitation.id, InvitationKey.ended_at.is_(None))
        .values(ended_at=now())
    )
    end_waiting(session, invitation.id)
