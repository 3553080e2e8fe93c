"""Finding what is due, or was left by a killed process, whether or not a job remembers it."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Connection,
    ConnectionStatus,
    OldGrant,
    now,
)
from wizard.services.queue import (
    FINISH_AUTHORIZATION,
    REVOKE_CONNECTION,
    REVOKE_OLD_GRANT,
    enqueue,
)

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


def take_up_due_disconnections(session: Session) -> int:
    """Enqueue every end that the provider is to confirm, of grants set aside too; how many. Commits."""
    due = session.scalars(
        select(Connection.id)
        .where(
            Connection.status == ConnectionStatus.DISCONNECTED,
            Connection.refresh_token.is_not(None),
            Connection.next_revoke_at <= now(),
        )
        .order_by(Connection.next_revoke_at)
        .limit(SWEEP)
    ).all()
    for connection_id in due:
        once = f"{REVOKE_CONNECTION}:{connection_id}"
        enqueue(session, REVOKE_CONNECTION, once=once, connection_id=connection_id)
    aside = session.scalars(
        select(OldGrant.id)
        .where(OldGrant.next_revoke_at <= now())
        .order_by(OldGrant.next_revoke_at)
        .limit(SWEEP)
    ).all()
    for grant_id in aside:
        once = f"{REVOKE_OLD_GRANT}:{grant_id}"
        enqueue(session, REVOKE_OLD_GRANT, once=once, old_grant_id=grant_id)
    session.commit()
    return len(due) + len(aside)
