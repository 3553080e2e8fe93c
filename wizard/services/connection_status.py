"""Changing how a connection is: the only place that does, each time with its line in the history."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from wizard.causes import CAUSES, Cause
from wizard.models import (
    BROKEN,
    WORKING,
    Actor,
    Connection,
    ConnectionStatus,
    EventKind,
    Sample,
    User,
    YearReading,
    now,
)
from wizard.providers.base import ProviderError
from wizard.services.history import record

DISCONNECTED = ConnectionStatus.DISCONNECTED


def disturb(session: Session, connection: Connection, error: ProviderError) -> None:
    """The provider could not be asked, or the fault is ours: two states, and nobody is to renew in either.

    It is tried again.

    A connection that needs renewal goes on needing it. The caller holds the row, and commits.
    """
    if connection.status not in WORKING:
        return
    ours = CAUSES[error.cause].alert
    if _become(connection, ConnectionStatus.OUR_FAULT if ours else ConnectionStatus.DISTURBED):
        record(session, EventKind.DISTURBED, connection=connection, cause=error.cause.value)
    _explain(connection, error.cause, error)


def prove(session: Session, connection: Connection) -> None:
    """A real read has succeeded just now: active, whatever it was before, unless it was ended.

    The caller holds the row, and commits.
    """
    if connection.status is DISCONNECTED:
        return
    connection.last_read_at = now()
    _believe(connection)
    _explain(connection, None)
    if _become(connection, ConnectionStatus.ACTIVE):
        record(session, EventKind.RESTORED, connection=connection)


def doubt(connection: Connection, cause: Cause) -> datetime:
    """A reading gave this cause, and nothing follows before another confirms it; since when it does.

    Kept when it is confirmed, until a reading succeeds: many that were confirmed lately are many too. The caller holds the row, and commits.
    """
    if connection.doubted_at is None or connection.doubted_cause != cause.value:
        connection.doubted_at, connection.doubted_cause = now(), cause.value
    return connection.doubted_at


def need_renewal(
    session: Session, connection: Connection, cause: Cause, error: ProviderError | None = None
) -> None:
    """The grant no longer gives what it must, and a person has to do something about it.

    Told once for each cause. The caller holds the row, and commits.
    """
    if connection.status is DISCONNECTED:
        return
    changed = _become(connection, ConnectionStatus.RENEWAL_NEEDED)
    if changed or connection.cause != cause.value:
        record(session, EventKind.RENEWAL_NEEDED, connection=connection, cause=cause.value)
    _explain(connection, cause, error)


def renew(session: Session, connection: Connection) -> None:
    """A person has given permission anew, and it is proved. The caller holds the row, and commits."""
    connection.renewed_at = connection.last_read_at = now()
    _believe(connection)
    _explain(connection, None)
    _become(connection, ConnectionStatus.ACTIVE)
    record(session, EventKind.RENEWED, connection=connection, actor=Actor.APPROVER)


def end(
    session: Session,
    connection: Connection,
    *,
    staff: User | None = None,
    actor: Actor,
    note: str | None = None,
) -> bool:
    """Somebody asked for the end, or its last day has passed, as ``note`` says; False when it had ended before.

    The caller holds the row, and commits.
    """
    if not _become(connection, DISCONNECTED):
        return False
    connection.ended_at = now()
    _believe(connection)
    connection.next_check_at = None
    for kept in (YearReading, Sample):  # what was read of its books goes with it
        session.execute(delete(kept).where(kept.connection_id == connection.id))
    kind = EventKind.DISCONNECTED
    record(session, kind, connection=connection, staff=staff, actor=actor, note=note)
    return True


def lose_grant(session: Session, connection: Connection, error: ProviderError) -> None:
    """The grant has ended at the provider. The caller holds the row, and commits."""
    _believe(connection)
    need_renewal(session, connection, Cause.CONSENT_ENDED, error)
    connection.grant_id = connection.next_check_at = None


def _believe(connection: Connection) -> None:
    """What is known of it now leaves no doubt."""
    connection.doubted_at = connection.doubted_cause = None


def _become(connection: Connection, status: ConnectionStatus) -> bool:
    """True if the status changed."""
    if connection.status is status:
        return False
    connection.status = status
    connection.status_since = now()
    connection.untold = _is_news(connection)
    return True


def _explain(
    connection: Connection, cause: Cause | None, error: ProviderError | None = None
) -> None:
    before, connection.cause = connection.cause, cause.value if cause else None
    if connection.cause != before:
        connection.untold = _is_news(connection)
    connection.provider_code = (error.code or None) if error else None
    connection.provider_error_id = (error.error_id or None) if error else None


def _is_news(connection: Connection) -> bool:
    """True if a firm may have to be warned: faults on our side are for the operator."""
    ours = connection.cause is not None and CAUSES[Cause(connection.cause)].alert
    return connection.status in BROKEN and not ours
