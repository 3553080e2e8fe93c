"""What waits for a link that has ended: its authorizations are taken up at once, and end with it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import UNFINISHED, Authorization
from wizard.services.concurrency.queue import FINISH_AUTHORIZATION, enqueue


def end_waiting(session: Session, invitation_id: int) -> None:
    """Let a job end the invitation's authorizations that wait for the provider; the caller commits.

    A job and not this transaction: whoever checks an authorization locks it before its invitation.
    """
    waiting = select(Authorization.id).where(
        Authorization.invitation_id == invitation_id, Authorization.status.in_(UNFINISHED)
    )
    for authorization_id in session.scalars(waiting):
        enqueue(session, FINISH_AUTHORIZATION, authorization_id=authorization_id)
