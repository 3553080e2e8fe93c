"""Finding what is due, or was left by a killed process, whether or not a job remembers it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from wizard.models import (
    Authorization,
    AuthorizationStatus,
    now,
)
from wizard.services.concurrency.queue import (
    FINISH_AUTHORIZATION,
    enqueue,
)

SWEEP = 500


def take_up_due_authorizations(session: Session) -> int:
    """Enqueue every authorization that is unfinished and due; how many. Commits."""
    unfinished = Authorization.status.in_(
        [AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING]
    )
    due = session.scalars(
        select(Authorization.id)
        .where(unfinished, Authorization.next_try_at <= now())
        .order_by(Authorization.next_try_at)
        .limit(SWEEP)
    ).all()
    for authorization_id in due:
        enqueue(
            session,
            FINISH_AUTHORIZATION,
            once=f"{FINISH_AUTHORIZATION}:{authorization_id}",
            authorization_id=authorization_id,
        )
    session.commit()
    return len(due)
