"""The approver's own steps: finding her link, answering, asking for help from the sender."""

from datetime import timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from wizard.causes import Cause
from wizard.models import (
    LIVING,
    Actor,
    Answer,
    Company,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    LetterKind,
    Step,
    now,
)
from wizard.services import letters
from wizard.services.history import record
from wizard.services.invitations import InvitationEndedError, started
from wizard.services.locking import hold
from wizard.services.secrets import digest

SEEN_EVERY = timedelta(minutes=1)
TOLD_BY_LETTER = {
    EventKind.NEW_LINK_ASKED: LetterKind.NEW_LINK_ASKED,
    EventKind.NUMBER_QUESTIONED: LetterKind.NUMBER_QUESTIONED,
}
ENDS = {
    InvitationStatus.EXPIRED: Cause.EXPIRED,
    InvitationStatus.WITHDRAWN: Cause.WITHDRAWN,
    InvitationStatus.CONNECTED: Cause.FINISHED,
    InvitationStatus.DECLINED: Cause.WITHDRAWN,
}
# Asked by every page of hers, so made once: making it takes longer than PostgreSQL needs to answer it.
GRANTED = (
    select(InvitationKey)
    .join(InvitationKey.invitation)
    .where(
        InvitationKey.id.in_(bindparam("key_ids", expanding=True)),
        Invitation.public_id == bindparam("public_id"),
    )
    .order_by(InvitationKey.ended_at.is_not(None), InvitationKey.id.desc())
    .limit(1)
    .options(
        contains_eager(InvitationKey.invitation).options(
            joinedload(Invitation.company, innerjoin=True).joinedload(Company.firm, innerjoin=True),
            joinedload(Invitation.created_by),
        )
    )
)


def find_key(session: Session, secret: str) -> InvitationKey | None:
    """The link with this secret, ended or not."""
    return session.scalar(
        select(InvitationKey)
        .where(InvitationKey.secret_hash == digest(secret))
        .options(joinedload(InvitationKey.invitation))
    )


def granted_key(session: Session, key_ids: list[int], public_id: str) -> InvitationKey | None:
    """The browser's newest link to the invitation with this public id, ended or not."""
    if not key_ids:
        return None
    return session.scalar(GRANTED, {"key_ids": key_ids, "public_id": public_id})


def end_of(key: InvitationKey) -> Cause | None:
    """Why this link leads nowhere any more; None while it lives."""
    if end := ENDS.get(key.invitation.status_at(now())):
        return end
    return Cause.REPLACED if key.ended_at else None


def advance(session: Session, key: InvitationKey, step: Step, answer: Answer | None = None) -> Step:
    """Finish a step, with its answer if it asks for one; the step that is open next. Commits.

    An answer that needs advice (all but yes) is stored, and the step stays open.
    """
    _living(session, key)
    started(session, key.invitation)
    if answer is not None:
        setattr(key, f"{step.value}_answer", answer)
    if answer in {None, Answer.YES}:
        _reach(session, key, key.invitation.after(step))
    session.commit()
    return step if answer not in {None, Answer.YES} else key.invitation.after(step)


def go_straight(session: Session, key: InvitationKey) -> None:
    """Jump to giving permission, for someone who knows what she is doing. Commits."""
    _living(session, key)
    started(session, key.invitation)
    _reach(session, key, Step.APPROVE)
    session.commit()


def tell_sender(session: Session, key: InvitationKey, kind: EventKind) -> None:
    """Note a question to the sender and mail it, once however often it is pressed. Commits."""
    hold(session, key.invitation)
    if not was_told(session, key.invitation, kind):
        record(session, kind, key.invitation, actor=Actor.APPROVER)
        letters.post_to_sender(session, TOLD_BY_LETTER[kind], key.invitation)
    session.commit()


def was_told(session: Session, invitation: Invitation, kind: EventKind) -> bool:
    """Whether the sender has been told this of the invitation."""
    found = select(Event.id).where(Event.invitation_id == invitation.id, Event.kind == kind)
    return session.scalar(found.limit(1)) is not None


def seen(session: Session, key: InvitationKey) -> None:
    """Note that the reader is here, at most once a minute and only after her first button. Commits."""
    fresh = key.last_seen_at is not None and now() - key.last_seen_at < SEEN_EVERY
    if key.invitation.status not in LIVING or key.invitation.started_at is None or fresh:
        return
    key.last_seen_at = now()
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
