"""After the kills: everything taken up, and each connection, grant and job accounted for."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from tests.standin import StandIn
from wizard.jobs import worker
from wizard.models import (
    Authorization,
    AuthorizationStatus,
    Connection,
    ConnectionStatus,
    Invitation,
    InvitationStatus,
    OldGrant,
    now,
)
from wizard.services.health import check_now
from wizard.services.queue import enqueue
from wizard.services.tokens import RenewalNeededError, access_token
from wizard.services.workshop import Workshop
from wizard.web.workshops import workshop_for

LOOKS = 40
WINDOW = 0.5  # seconds: an answer under way, and the time it takes to kill
SECONDS = 20.0
OPEN = (AuthorizationStatus.RETURNED, AuthorizationStatus.CHECKING)
JOBS = "procrastinate.procrastinate_jobs"
SILENT = text(
    "update procrastinate.procrastinate_workers set last_heartbeat = now() - interval '1 hour'"
)
DUE = text(f"update {JOBS} set scheduled_at = now() where status = 'todo'")
UNDONE = text(f"select count(*) from {JOBS} where status = 'doing' or status = 'failed'")


@dataclass
class Audit:
    """What was found; ``wrong`` is what may never be, ``lost`` what no one could have saved."""

    counts: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def settle(app: Flask) -> None:
    """Let the background work, as if its time had come, until there is nothing left to do."""
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
    """Account for everything; each connection is read for real, and refreshed once more."""
    with app.app_context():
        workshop = workshop_for("visma")
    found = Audit()
    with workshop.sessions() as session:
        if left := _left(session):
            found.wrong.append(f"{left} trips or ends were never taken up")
        if undone := session.scalar(UNDONE):
            found.wrong.append(f"{undone} jobs are lost or failed")
        connections = session.scalars(select(Connection).order_by(Connection.id)).all()
        stored = _stored(workshop, connections)
        _whole(session, connections, found)
    for connection in connections:
        _account_for(workshop, connection, found)
    _explain_losses(visma, killed_at, found)
    orphans = {grant.id for grant in visma.grants()} - {*visma.grants_of(stored)}
    found.counts["grants living at Visma"] = len(visma.grants())
    found.wrong += [f"grant {one} lives at Visma and nowhere with us" for one in sorted(orphans)]
    _trips(workshop, found)
    return found


def _account_for(workshop: Workshop, connection: Connection, found: Audit) -> None:
    status = connection.status
    if status not in {ConnectionStatus.DISCONNECTED, ConnectionStatus.RENEWAL_NEEDED}:
        status = check_now(workshop, connection.id, seconds=SECONDS)
        if status is ConnectionStatus.ACTIVE:
            with suppress(RenewalNeededError):  # lost, and found just now
                old = access_token(workshop, connection.id, SECONDS)
                access_token(workshop, connection.id, SECONDS, refused=old)
            status = check_now(workshop, connection.id, seconds=SECONDS)
    found.counts[f"connections {status.value}"] += 1
    if status is ConnectionStatus.DISTURBED:
        found.wrong.append(f"connection {connection.id} is disturbed though Visma answers")


def _whole(session: Session, connections: Sequence[Connection], found: Audit) -> None:
    """No row that says one half of something."""
    for one in connections:
        tokens = {one.access_token is None, one.refresh_token is None}
        ended = one.status is ConnectionStatus.DISCONNECTED
        if len(tokens) == 2 or (ended and one.refresh_token):
            found.wrong.append(f"connection {one.id} is half written: {one.status.value}")
    made = {one.invitation_id for one in connections}
    said = set(
        session.scalars(
            select(Invitation.id).where(Invitation.status == InvitationStatus.CONNECTED)
        )
    )
    found.wrong += [f"invitation {one} and its connection disagree" for one in made ^ said]


def _stored(workshop: Workshop, connections: Sequence[Connection]) -> list[str]:
    return [
        workshop.vault.open(one.refresh_token, one, "refresh_token")
        for one in connections
        if one.refresh_token
    ]


def _explain_losses(visma: StandIn, killed_at: list[float], found: Audit) -> None:
    """A connection may need renewal only if Visma replaced its token while the one who asked was killed."""
    reused = [one for one in visma.ended() if one["why"] == "refresh_token_reused"]
    for one in reused:
        near = min((abs(one["replaced_at"] - moment) for moment in killed_at), default=1e9)
        if near > WINDOW:
            found.wrong.append(f"grant {one['id']} was lost {near:.1f} s from any kill")
    found.lost["connections: killed between Visma's new token and our store"] = len(reused)
    if found.counts["connections renewal_needed"] != len(reused):
        found.wrong.append("connections need renewal that lost no token")


def _trips(workshop: Workshop, found: Audit) -> None:
    with workshop.sessions() as session:
        rows = session.execute(
            select(Authorization.status, Authorization.cause, func.count()).group_by(
                Authorization.status, Authorization.cause
            )
        )
        for status, cause, number in rows:
            found.counts[f"trips {status.value} {cause or ''}".strip()] = number
            if status is AuthorizationStatus.FAILED and cause == "stale_code":
                found.lost["trips: killed between Visma's first tokens and our store"] += number


def _make_due(session: Session) -> None:
    session.execute(
        update(Authorization)
        .where(Authorization.next_try_at.is_not(None))
        .values(next_try_at=now())
    )
    session.execute(update(OldGrant).values(next_revoke_at=now()))
    session.execute(
        update(Connection)
        .where(Connection.next_revoke_at.is_not(None))
        .values(next_revoke_at=now(), refresh_claimed_until=None)
    )
    session.execute(update(Connection).values(refresh_claimed_until=None))


def _left(session: Session) -> int:
    session.expire_all()
    ended = (Connection.status == ConnectionStatus.DISCONNECTED) & (
        Connection.refresh_token.is_not(None)
    )
    failed = (Authorization.status == AuthorizationStatus.FAILED) & (
        Authorization.refresh_token.is_not(None)
    )
    return sum(
        session.scalar(select(func.count()).select_from(kind).where(which)) or 0
        for kind, which in (
            (Authorization, Authorization.status.in_(OPEN) | failed),
            (Connection, ended),
            (OldGrant, OldGrant.refresh_token.is_not(None)),
        )
    )
