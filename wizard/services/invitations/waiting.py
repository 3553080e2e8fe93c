"""What waits for a link that has ended: its authorizations are taken up at once, and end with it."""

from collections.abc import Iterable

from sqlalchemy import BindParameter, Select, select
from sqlalchemy.orm import Session

from wizard.models import UNFINISHED, Authorization
from wizard.services.concurrency.queue import FINISH_AUTHORIZATION, enqueue


def end_waiting(session: Session, invitation_id: int) -> None:
    """Let a job end the invitation's authorizations that wait for the provider; the caller commits.

    A job and not this transaction: whoever checks an authorization locks it before its invitation.
    """
    take_up(session, session.scalars(waiting_of(invitation_id)))


def waiting_of(invitation_id: int | BindParameter[int]) -> Select[int]:
    """The ids of the invitation's authorizations that wait for the provider."""
    return select(Authorization.id).where(
        Authorization.invitation_id == invitation_id, Authorization.status.in_(UNFINISHED)
    )


def take_up(session: Session, authorization_ids: Iterable[int]) -> None:
    """Let a job end these, whose link has ended; the caller commits."""
    for authorization_id in authorization_ids:
        enqueue(session, FINISH_AUTHORIZATION, authorization_id=authorization_id)
