"""The approver's own steps: finding her link, answering, asking for help from the sender."""

from datetime import timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session, contains_eager, joinedload, load_only

from wizard.causes import Cause
from wizard.models import (
    LIVING,
    Actor,
    Company,
    Event,
    EventKind,
    Firm,
    Invitation,
    InvitationKey,
    InvitationStatus,
    LetterKind,
    RequirementAnswer,
    Step,
    User,
    now,
)
from wizard.services import outbox
from wizard.services.concurrency.locks import hold
from wizard.services.crypto.digests import digest, secret_in
from wizard.services.desk import funnel
from wizard.services.history import record
from wizard.services.invitations.lifecycle import InvitationEndedError, started

SEEN_EVERY = timedelta(minutes=1)
TOLD_BY_LETTER = {
    EventKind.NEW_LINK_ASKED: LetterKind.NEW_LINK_ASKED,
    EventKind.NUMBER_QUESTIONED: LetterKind.NUMBER_QUESTIONED,
}
# A link that replaced the others is the answer to whoever asked for one; it may be asked for again.
ANSWERED_BY = {EventKind.NEW_LINK_ASKED: (EventKind.LINKS_REPLACED,)}
ENDS = {
    InvitationStatus.EXPIRED: Cause.EXPIRED,
    InvitationStatus.WITHDRAWN: Cause.WITHDRAWN,
    InvitationStatus.CONNECTED: Cause.FINISHED,
    InvitationStatus.DECLINED: Cause.WITHDRAWN,
}
# Used by each of the approver's pages; built once, as building it is slower than running it.
AMONG_HELD = InvitationKey.id.in_(bindparam("key_ids", expanding=True))
# What an approver's page says of a member, and nothing else of her account.
AS_TOLD = load_only(User.name, User.email, User.phone, User.phone_shown, User.active, User.firm_id)
OF_FIRM = load_only(
    Firm.name,
    Firm.contact_name,
    Firm.contact_email,
    Firm.contact_phone,
    Firm.logo_id,
    Firm.logo_width,
    Firm.logo_height,
)
BEST_LINK = (
    select(InvitationKey)
    .join(InvitationKey.invitation)
    .where(Invitation.public_id == bindparam("public_id"))
    .order_by(InvitationKey.ended_at.is_not(None), InvitationKey.id.desc())
    .limit(1)
    .options(
        contains_eager(InvitationKey.invitation).options(
            joinedload(Invitation.company, innerjoin=True).options(
                joinedload(Company.firm, innerjoin=True).options(OF_FIRM),
                joinedload(Company.responsible).options(AS_TOLD),
            ),
            joinedload(Invitation.created_by).options(AS_TOLD),
        )
    )
)
GRANTED = BEST_LINK.where(AMONG_HELD)


def find_key(session: Session, secret: str) -> InvitationKey | None:
    """The link with this secret, ended or not."""
    return session.scalar(
        select(InvitationKey)
        .where(InvitationKey.secret_hash == digest(secret_in(secret)))
        .options(joinedload(InvitationKey.invitation))
    )


def held_key(session: Session, key_ids: list[int], public_id: str) -> InvitationKey | None:
    """The browser's newest link to the invitation with this public id, ended or not."""
    if not key_ids:
        return None
    return session.scalar(GRANTED, {"key_ids": key_ids, "public_id": public_id})


def end_of(key: InvitationKey) -> Cause | None:
    """Why this link leads nowhere any more; None while it lives."""
    if end := ENDS.get(key.invitation.status_at(now())):
        return end
    return Cause.REPLACED if key.ended_at else None


def advance(
    session: Session, key: InvitationKey, step: Step, answer: RequirementAnswer | None = None
) -> Step:
    """Finish a step, with its answer if it asks for one; returns the next open step. Commits.

    An answer that needs advice (all but yes) is stored, and the step stays open.
    """
    _living(session, key)
    started(session, key.invitation)
    if answer is not None:
        setattr(key, f"{step.value}_answer", answer)
    if answer in {None, RequirementAnswer.YES}:
        _reach(session, key, key.invitation.after(step))
    else:
        funnel.press(session, key.invitation)
    session.commit()
    return step if answer not in {None, RequirementAnswer.YES} else key.invitation.after(step)


def go_straight(session: Session, key: InvitationKey) -> None:
    """Skip the steps before approval. Commits."""
    _living(session, key)
    started(session, key.invitation)
    _reach(session, key, Step.APPROVE)
    session.commit()


def tell_sender(session: Session, key: InvitationKey, kind: EventKind) -> None:
    """Record a question to the sender and mail it; repeated calls do nothing. Commits."""
    hold(session, key.invitation)
    if not was_told(session, key.invitation, kind):
        record(session, kind, key.invitation, actor=Actor.APPROVER)
        outbox.post_to_sender(session, TOLD_BY_LETTER[kind], key.invitation)
    session.commit()


def tell_of_cause(session: Session, key: InvitationKey, cause: Cause) -> None:
    """Mail the sender what stopped the approver; each cause once. Commits."""
    hold(session, key.invitation)
    if not was_told_of(session, key.invitation, cause):
        record(
            session, EventKind.CAUSE_TOLD, key.invitation, actor=Actor.APPROVER, cause=cause.value
        )
        outbox.post_to_sender(session, LetterKind.CAUSE_TOLD, key.invitation, topic=cause.value)
    session.commit()


def was_told_of(session: Session, invitation: Invitation, cause: Cause) -> bool:
    """True if the sender has been notified of this cause."""
    found = select(Event.id).where(
        Event.invitation_id == invitation.id,
        Event.kind == EventKind.CAUSE_TOLD,
        Event.cause == cause.value,
    )
    return session.scalar(found.limit(1)) is not None


def was_told(session: Session, invitation: Invitation, kind: EventKind) -> bool:
    """True if the sender has been notified of this event, and has not answered it since."""
    kinds = [kind, *ANSWERED_BY.get(kind, ())]
    of_these = (Event.invitation_id == invitation.id, Event.kind.in_(kinds))
    newest = select(Event.kind).where(*of_these).order_by(Event.id.desc()).limit(1)
    return session.scalar(newest) == kind


def come_from_help(session: Session, key: InvitationKey) -> None:
    """Count that the help was used where she stands; before her first button nothing is counted. Commits."""
    if end_of(key) is None:
        funnel.press(session, key.invitation, helped=True)
        session.commit()


def was_just_seen(key: InvitationKey) -> bool:
    """Whether there is nothing to note of its reader: noted within a minute, or she has not begun."""
    begun = key.invitation.status in LIVING and key.invitation.started_at is not None
    return not begun or (key.last_seen_at is not None and now() - key.last_seen_at < SEEN_EVERY)


def seen(session: Session, key: InvitationKey) -> None:
    """Note that the reader is here, at most once a minute and only after her first button. Commits."""
    if not was_just_seen(key):
        at = update(InvitationKey).where(InvitationKey.id == key.id).values(last_seen_at=now())
        session.execute(at)
        session.commit()


def _living(session: Session, key: InvitationKey) -> None:
    hold(session, key.invitation)
    session.refresh(key)
    if end_of(key):
        session.rollback()
        raise InvitationEndedError


def _reach(session: Session, key: InvitationKey, step: Step) -> None:
    if not key.has_reached(step):
        key.step = step
        record(session, EventKind.STEP_DONE, key.invitation, actor=Actor.APPROVER, note=step.value)
    else:
        funnel.press(session, key.invitation)
