"""Changing how a connection is: the only place that does, each time with its line in the history."""

from sqlalchemy.orm import Session

from wizard.causes import Cause
from wizard.models import Actor, Connection, ConnectionStatus, EventKind, User, now
from wizard.providers.base import ProviderError
from wizard.services.history import record

ENDED = ConnectionStatus.DISCONNECTED


def disturb(session: Session, connection: Connection, error: ProviderError) -> None:
    """The provider could not be asked, or the fault is ours: nobody is to renew, it is tried again.

    A connection that needs renewal goes on needing it. The caller holds the row, and commits.
    """
    if connection.status not in {ConnectionStatus.ACTIVE, ConnectionStatus.DISTURBED}:
        return
    if _become(connection, ConnectionStatus.DISTURBED):
        record(session, EventKind.DISTURBED, connection=connection, cause=error.cause.value)
    _explain(connection, error.cause, error)


def prove(session: Session, connection: Connection) -> None:
    """A real read has succeeded just now: active, whatever it was before, unless it was ended.

    The caller holds the row, and commits.
    """
    if connection.status is ENDED:
        return
    connection.last_read_at = now()
    _explain(connection, None)
    if _become(connection, ConnectionStatus.ACTIVE):
        record(session, EventKind.RESTORED, connection=connection)


def need_renewal(
    session: Session, connection: Connection, cause: Cause, error: ProviderError | None = None
) -> None:
    """The grant no longer gives what it must, and a person has to do something about it.

    Told once for each cause. The caller holds the row, and commits.
    """
    if connection.status is ENDED:
        return
    changed = _become(connection, ConnectionStatus.RENEWAL_NEEDED)
    if changed or connection.cause != cause.value:
        record(session, EventKind.RENEWAL_NEEDED, connection=connection, cause=cause.value)
    _explain(connection, cause, error)


def renew(session: Session, connection: Connection) -> None:
    """A person has given permission anew, and it is proved. The caller holds the row, and commits."""
    connection.renewed_at = connection.last_read_at = now()
    _explain(connection, None)
    _become(connection, ConnectionStatus.ACTIVE)
    record(session, EventKind.RENEWED, connection=connection, actor=Actor.APPROVER)


def end(
    session: Session, connection: Connection, *, staff: User | None = None, actor: Actor
) -> bool:
    """Somebody asked for the end; False when it had ended before. The caller holds the row, and commits."""
    if not _become(connection, ENDED):
        return False
    connection.ended_at = now()
    connection.next_refresh_at = connection.next_check_at = None
    record(session, EventKind.DISCONNECTED, connection=connection, staff=staff, actor=actor)
    return True


def forget_tokens(connection: Connection) -> None:
    """Nothing is left to keep alive, to check, or to revoke."""
    connection.access_token = connection.refresh_token = connection.access_expires_at = None
    connection.refresh_claimed_until = None
    connection.next_refresh_at = connection.next_check_at = connection.next_revoke_at = None


def _become(connection: Connection, status: ConnectionStatus) -> bool:
    """Whether it was something else."""
    if connection.status is status:
        return False
    connection.status = status
    connection.status_since = now()
    return True


def _explain(
    connection: Connection, cause: Cause | None, error: ProviderError | None = None
) -> None:
    connection.cause = cause.value if cause else None
    connection.provider_code = (error.code or None) if error else None
    connection.provider_error_id = (error.error_id or None) if error else None
