"""Detecting approvers who have been stuck for days, so that the firm can call them."""

from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from wizard.models import (
    Actor,
    Authorization,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    LetterKind,
    Step,
    deciding_first,
    now,
)
from wizard.services import outbox
from wizard.services.history import record

AFTER = timedelta(days=3)
SWEEP = 200


def tell_of_standstills(session: Session) -> int:
    """Tell the senders of invitations where nothing has happened for three days; how many. Commits.

    Once for each invitation.
    """
    last = (
        select(func.max(Event.at))
        .where(Event.invitation_id == Invitation.id, Event.actor == Actor.APPROVER)
        .scalar_subquery()
    )
    told = exists().where(
        Event.invitation_id == Invitation.id, Event.kind == EventKind.INVITATION_STUCK
    )
    stuck = session.scalars(
        select(Invitation)
        .where(
            Invitation.status == InvitationStatus.STARTED,
            Invitation.expires_at > now(),
            ~told,
            last < now() - AFTER,
        )
        .limit(SWEEP)
        .with_for_update(skip_locked=True)
    ).all()
    for invitation in stuck:
        record(session, EventKind.INVITATION_STUCK, invitation)
        outbox.post_to_sender(session, LetterKind.STUCK, invitation)
    session.commit()
    return len(stuck)


def where_it_stands(session: Session, invitation: Invitation) -> tuple[Step, str | None]:
    """The furthest step that is open, and the cause of the attempt that decides, if it failed."""
    steps = session.scalars(
        select(InvitationKey.step).where(InvitationKey.invitation_id == invitation.id)
    ).all()
    cause = session.scalar(
        select(Authorization.cause)
        .where(Authorization.invitation_id == invitation.id)
        .order_by(*deciding_first())
        .limit(1)
    )
    return max(steps, key=lambda step: step.number, default=Step.WELCOME), cause
