"""Checking that a connection still works: reading from the provider, and recording the result.

No transaction is open while the provider answers. The result is recorded only if the connection is
unchanged: a verdict on tokens that have been replaced, or on an ended connection, is dropped.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from wizard import figures
from wizard.causes import CAUSES, Cause
from wizard.models import (
    Actor,
    Connection,
    ConnectionStatus,
    EventKind,
    User,
    now,
)
from wizard.providers.base import Provider, ProviderError, TokenRefusedError
from wizard.providers.deadline import Deadline
from wizard.providers.gate import BudgetSpentError
from wizard.services import connection_status
from wizard.services.concurrency.backoff import back_off
from wizard.services.connections.judgement import Evidence, judge, judge_company, judge_state
from wizard.services.connections.reading import read_company, read_least
from wizard.services.context import ProviderContext
from wizard.services.grants.refreshing import BUSY, GrantDoubtedError
from wizard.services.grants.tokens import (
    DisconnectedError,
    RenewalNeededError,
    access_token,
)
from wizard.services.history import record
from wizard.services.throttling.pacing import next_turn
from wizard.services.warnings import refusals

# It may have been healed at the provider, without us, or the provider was wrong twice.
BROKEN_FIRST, BROKEN_EVERY = timedelta(minutes=5), timedelta(hours=6)
FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(minutes=10)
UNREAD = timedelta(hours=3)  # after this long without a read, a cause on our side no longer excuses

log = structlog.get_logger()


@dataclass(frozen=True)
class Finding:
    """How the connection is after a check.

    ``read`` says that this check could read, ``away`` that the provider did not answer it, and
    ``doubted`` that it gave a cause which another check is to confirm.
    """

    status: ConnectionStatus
    cause: Cause | None
    read: bool
    away: bool
    doubted: bool = False

    @property
    def word(self) -> str:
        """What the check is counted as."""
        if self.read:
            return "read"
        if self.away:
            return "away"
        if self.doubted:
            return "doubted"
        return "renewal_needed" if self.status is ConnectionStatus.RENEWAL_NEEDED else "unread"


Note = Callable[[Session, Finding], None]


@dataclass(frozen=True)
class _Subject:
    """The connection as it was when the check began."""

    number: str
    checked_at: datetime
    renewed_at: datetime | None


def check_now(
    context: ProviderContext,
    connection_id: int,
    *,
    staff: User | None = None,
    seconds: float = 10.0,
) -> ConnectionStatus:
    """Read now, within these seconds, and write what was found; the status then."""
    return check(context, connection_id, staff=staff, seconds=seconds).status


def check(
    context: ProviderContext,
    connection_id: int,
    *,
    staff: User | None = None,
    actor: Actor = Actor.SYSTEM,
    seconds: float = 10.0,
    note: Note | None = None,
) -> Finding:
    """As check_now, with all that was found. A check by a person is a line in the history.

    ``note`` is called in the transaction that records it, so that neither is there without the other.
    """
    with context.sessions() as session:
        subject = _subject(session, connection_id)
    error: ProviderError | None = None
    evidence: Evidence | None = None
    try:
        evidence = _read(context, connection_id, subject, Deadline(seconds))
    except ProviderError as failed:
        error = failed
    except (RenewalNeededError, DisconnectedError):
        pass  # recorded already where it was raised
    with context.sessions.begin() as session:
        connection = _locked(session, connection_id)
        _write(session, context.provider, connection, subject, evidence or error)
        cause = Cause(connection.cause) if connection.cause else None
        doubted = not evidence and (
            connection.doubted_cause not in {None, connection.cause}
            or isinstance(error, GrantDoubtedError)
        )
        if staff or actor is not Actor.SYSTEM:
            record(
                session,
                EventKind.CHECKED_BY_HAND,
                connection=connection,
                staff=staff,
                actor=actor,
                cause=cause or (error.cause if error and not doubted else None),
            )
        away = error is not None and is_away(error)
        found = Finding(connection.status, cause, evidence is not None, away, doubted)
        if note:
            note(session, found)
    figures.CHECKS.labels(context.provider.name, found.word).inc()
    return found


def is_away(error: ProviderError) -> bool:
    """True if the provider does not answer; False for our own call budget and locks, and for a refusal."""
    ours = isinstance(error, BudgetSpentError | GrantDoubtedError) or error.code == BUSY
    return error.transient and not ours


def _subject(session: Session, connection_id: int) -> _Subject:
    found = session.scalars(
        select(Connection)
        .where(Connection.id == connection_id)
        .options(joinedload(Connection.company, innerjoin=True))
    ).one()
    return _Subject(found.company.organisation_number, found.checked_at, found.renewed_at)


def _read(
    context: ProviderContext, connection_id: int, subject: _Subject, deadline: Deadline
) -> Evidence:
    """What could be read; ProviderError with the cause if it was not what it must be."""
    token = access_token(context, connection_id, deadline.left)
    try:
        company = read_company(context.provider, token, deadline)
    except TokenRefusedError:
        token = access_token(context, connection_id, deadline.left, refused=token)
        company = read_company(context.provider, token, deadline)
    judge_company(company, subject.number)
    judge_state(company)
    return judge(company, read_least(context.provider, token, deadline))


def _write(
    session: Session,
    provider: Provider,
    connection: Connection,
    subject: _Subject,
    found: Evidence | ProviderError | None,
) -> None:
    """Record the verdict, unless the connection has changed since it was read."""
    as_before = (connection.checked_at, connection.renewed_at) == (
        subject.checked_at,
        subject.renewed_at,
    )
    if found is None or not as_before or not connection.kept_alive:
        return
    connection.checked_at = now()
    if isinstance(found, Evidence):
        _proved(connection, found)
        connection_status.prove(session, connection)
        connection.next_check_at = next_turn(session, provider.name, provider.rate_limit)
    elif isinstance(found, GrantDoubtedError):
        connection.next_check_at = refusals.next_reading()
    elif found.transient or CAUSES[found.cause].alert:
        _disturbed(session, connection, found)
    else:
        _refused(session, connection, found)


def _proved(connection: Connection, evidence: Evidence) -> None:
    connection.check_tries = 0
    connection.read_only = evidence.read_only
    if evidence.approver:
        connection.approver_is_consultant = evidence.approver.is_consultant


def _refused(session: Session, connection: Connection, error: ProviderError) -> None:
    """A cause that a person must act on: told when a second reading has confirmed it."""
    facts = CAUSES[error.cause]
    cause = Cause.APPROVER_GONE if facts.of_approver else error.cause
    known = connection.status is ConnectionStatus.RENEWAL_NEEDED and connection.cause == cause.value
    if not known:
        since = connection_status.doubt(connection, cause)
        if not refusals.is_confirmed(session, connection.provider, since, vague=facts.vague):
            connection.next_check_at = refusals.next_reading()
            return
        connection.check_tries = 0
    elif connection.doubted_cause:
        connection.doubted_cause = cause.value
    connection_status.need_renewal(session, connection, cause, error)
    connection.next_check_at = now() + back_off(connection.check_tries, BROKEN_FIRST, BROKEN_EVERY)
    connection.check_tries += 1


def _disturbed(session: Session, connection: Connection, error: ProviderError) -> None:
    """Try again soon; a disturbance unless we ourselves are the reason that nothing was read."""
    if CAUSES[error.cause].alert:
        log.error("operator_needed", cause=error.cause, code=error.code, connection=connection.id)
    ours = error.transient and not is_away(error)
    if not ours or now() - connection.last_read_at > UNREAD:
        connection_status.disturb(session, connection, error)
    wait = back_off(connection.check_tries, FIRST_RETRY, LONGEST_RETRY)
    if isinstance(error, BudgetSpentError):  # before then it would be refused
        wait = max(wait, timedelta(seconds=error.seconds))
    connection.next_check_at = now() + wait
    connection.check_tries += 1


def _locked(session: Session, connection_id: int) -> Connection:
    return session.scalars(
        select(Connection).where(Connection.id == connection_id).with_for_update()
    ).one()
