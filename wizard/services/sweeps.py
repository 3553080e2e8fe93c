"""Finding what is due, or was left by a killed process, whether or not a job remembers it."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from wizard.models import Authorization, AuthorizationStatus, now
from wizard.services.queue import FINISH_AUTHORIZATION, enqueue

SWEEP = 500


def take_up_due_authorizations(session: Session) -> int:
    """Enqueue every trip that is due: unfinished, or with a token to revoke; how many. Commits."""
    unfinished = Authorization.status.in_(
        [AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING]
    )
    to_revoke = (Authorization.status == AuthorizationStatus.FAILED) & (
        Authorization.refresh_token.is_not(None)
    )
    due = session.scalars(
        select(Authorization.id)
        .where(or_(unfinished, to_revoke), Authorization.next_try_at <= now())
        .order_by(Authorization.next_try_at)
        .limit(SWEEP)
    ).all()
    for trip_id in due:
        enqueue(
            session,
            FINISH_AUTHORIZATION,
            once=f"{FINISH_AUTHORIZATION}:{trip_id}",
            authorization_id=trip_id,
        )
    session.commit()
    return len(due)
