"""The audit after kills: all work is completed, and each connection, grant and job is verified."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tests.support.second_reading import check_later
from tests.support.standin import StandIn
from wizard.jobs import worker
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Connection,
    ConnectionStatus,
    Grant,
    GrantState,
    Invitation,
    InvitationStatus,
    now,
)
from wizard.services.concurrency.queue import enqueue
from wizard.services.connections.health import check, check_now
from wizard.services.context import ProviderContext
from wizard.services.grants.refreshing import GrantDoubtedError
from wizard.services.grants.tokens import RenewalNeededError, access_token
from wizard.wiring.providers import provider_context

LOOKS = 40
WINDOW = 0.5  # seconds: a response in transit, and the time that killing takes
SECONDS = 20.0
OPEN = (AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING)
RESTS_ON: dict[ConnectionStatus, set[GrantState | None]] = {
    ConnectionStatus.ACTIVE: {GrantState.LIVING},
    ConnectionStatus.DISTURBED: {GrantState.LIVING},
    ConnectionStatus.RENEWAL_NEEDED: {GrantState.LIVING, None},
    ConnectionStatus.DISCONNECTED: {GrantState.REVOKED, GrantState.DEAD, None},
}
# By state: whether a grant has a refresh token and an access token.
KEEPS = {
    GrantState.WAITING: (True, True),
    GrantState.LIVING: (True, True),
    GrantState.TO_BE_REVOKED: (True, False),
    GrantState.REVOKED: (False, False),
    GrantState.DEAD: (False, False),
}
JOBS = "procrastinate.procrastinate_jobs"
SILENT = text(
    "update procrastinate.procrastinate_workers set last_heartbeat = now() - interval '1 hour'"
)
DUE = text(f"update {JOBS} set scheduled_at = now() where status = 'todo'")
UNDONE = text(f"select count(*) from {JOBS} where status = 'doing' or status = 'failed'")


@dataclass
class Audit:
    """The findings: ``wrong`` must never occur, ``lost`` could not have been saved."""

    counts: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def settle(app: Flask) -> None:
    """Make all background work due, and run it until nothing is left."""
    with app.extensions["sessions"]() as session:
        for _ in range(LOOKS):
            session.execute(SILENT)
            enqueue(session, "retry_stalled", timestamp=0)
            session.execute(DUE)
            _make_due(session)
            session.commit()
            worker.work(app, wait=False)
            if _left(session) == 0:
                return


def audit(app: Flask, visma: StandIn, killed_at: list[float]) -> Audit:
    """Verify everything; each connection is read and refreshed once more."""
    with app.app_context():
        context = provider_context("visma")
    found = Audit()
    with context.sessions() as session:
        if left := _left(session):
            found.wrong.append(f"{left} authorizations or ends were never taken up")
        if undone := session.scalar(UNDONE):
            found.wrong.append(f"{undone} jobs are lost or failed")
        connections = session.scalars(select(Connection).order_by(Connection.id)).all()
        stored = _stored(context, connections)
        _whole(session, connections, found)
    for connection in connections:
        _account_for(context, connection, found)
    _explain_losses(visma, killed_at, found)
    orphans = {grant.id for grant in visma.grants()} - {*visma.grants_of(stored)}
    found.counts["grants living at Visma"] = len(visma.grants())
    found.wrong += [f"grant {one} lives at Visma and nowhere with us" for one in sorted(orphans)]
    _authorizations(context, found)
    return found


def _account_for(context: ProviderContext, connection: Connection, found: Audit) -> None:
    status = connection.status
    if status not in {ConnectionStatus.DISCONNECTED, ConnectionStatus.RENEWAL_NEEDED}:
        status = check_now(context, connection.id, seconds=SECONDS)
        if status is ConnectionStatus.ACTIVE:
            with suppress(RenewalNeededError, GrantDoubtedError):  # lost, and detected only now
                old = access_token(context, connection.id, SECONDS)
                access_token(context, connection.id, SECONDS, refused=old)
            found_now = check(context, connection.id, seconds=SECONDS)
            status = (
                found_now.status if found_now.read else check_later(context, connection.id).status
            )
    found.counts[f"connections {status.value}"] += 1
    if status is ConnectionStatus.DISTURBED:
        found.wrong.append(f"connection {connection.id} is disturbed though Visma answers")


def _whole(session: Session, connections: Sequence[Connection], found: Audit) -> None:
    """Verify that no row is in an inconsistent state."""
    for one in connections:
        state = one.grant.state if one.grant else None
        if state not in RESTS_ON[one.status]:
            found.wrong.append(f"connection {one.id} is {one.status.value} on a grant {state}")
    for grant in session.scalars(select(Grant)):
        kept = (grant.refresh_token is not None, grant.access_token is not None)
        if kept != KEEPS[grant.state]:
            found.wrong.append(f"grant {grant.id} is half written: {grant.state.value}")
    made = {one.invitation_id for one in connections}
    said = set(
        session.scalars(
            select(Invitation.id).where(Invitation.status == InvitationStatus.CONNECTED)
        )
    )
    found.wrong += [f"invitation {one} and its connection disagree" for one in made ^ said]


def _stored(context: ProviderContext, connections: Sequence[Connection]) -> list[str]:
    return [
        context.vault.open(one.grant.refresh_token, one.grant, "refresh_token")
        for one in connections
        if one.grant and one.grant.refresh_token
    ]


def _explain_losses(visma: StandIn, killed_at: list[float], found: Audit) -> None:
    """Verify that each connection that needs renewal lost its token to a kill during Visma's response."""
    reused = [one for one in visma.ended() if one["why"] == "refresh_token_reused"]
    for one in reused:
        near = min((abs(one["replaced_at"] - moment) for moment in killed_at), default=1e9)
        if near > WINDOW:
            found.wrong.append(f"grant {one['id']} was lost {near:.1f} s from any kill")
    found.lost["connections: killed between Visma's new token and our store"] = len(reused)
    if found.counts["connections renewal_needed"] != len(reused):
        found.wrong.append("connections need renewal that lost no token")


def _authorizations(context: ProviderContext, found: Audit) -> None:
    with context.sessions() as session:
        rows = session.execute(
            select(Authorization.status, Authorization.cause, func.count()).group_by(
                Authorization.status, Authorization.cause
            )
        )
        for status, cause, number in rows:
            found.counts[f"authorizations {status.value} {cause or ''}".strip()] = number
            if status is AuthorizationStatus.FAILED and cause == "stale_code":
                found.lost["authorizations: killed between Visma's first tokens and our store"] += (
                    number
                )


def _make_due(session: Session) -> None:
    session.execute(
        update(Authorization)
        .where(Authorization.next_try_at.is_not(None))
        .values(next_try_at=now())
    )
    to_revoke = Grant.next_revoke_at.is_not(None)
    session.execute(update(Grant).where(to_revoke).values(next_revoke_at=now()))
    session.execute(update(Grant).values(claimed_until=None))


def _left(session: Session) -> int:
    session.expire_all()
    return sum(
        session.scalar(select(func.count()).select_from(kind).where(which)) or 0
        for kind, which in (
            (Authorization, Authorization.status.in_(OPEN)),
            (Grant, Grant.state.in_([GrantState.WAITING, GrantState.TO_BE_REVOKED])),
        )
    )
