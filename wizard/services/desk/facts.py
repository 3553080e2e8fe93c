"""Gathering what decides whose move it is, for many companies in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.selectable import LateralFromClause

from wizard.models import (
    UNFINISHED,
    Actor,
    Authorization,
    AuthorizationStatus,
    Company,
    Connection,
    Event,
    EventKind,
    Invitation,
    InvitationKey,
    InvitationStatus,
    Letter,
    LetterKind,
    LetterStatus,
    Pace,
    Step,
)
from wizard.services.desk.move import AttemptFacts, ConnectionFacts, Facts, InvitationFacts

AWAY_AFTER = 8  # failures in a row, as throttling.pacing has it
INVITING = [kind for kind in LetterKind if kind.invites]
CONNECTION = (
    "status",
    "cause",
    "status_since",
    "next_check_at",
    "grant_id",
    "provider",
    "approver_is_consultant",
)
INVITATION = (
    "status",
    "created_at",
    "expires_at",
    "started_at",
    "ended_at",
    "renews_id",
    "provider",
)
FIRST = [kind for kind in INVITING if not kind.reminds]


@dataclass(frozen=True)
class Gathered:
    """A company's facts, and what else its standing is filtered by."""

    facts: Facts
    provider: str | None
    consultant: bool | None


def gather(session: Session, company_ids: Sequence[int], at: datetime) -> dict[int, Gathered]:
    """The facts of these companies by id, as of ``at``; those that are gone are left out. One statement."""
    rows = session.execute(_query(), {"company_ids": company_ids})
    return {row.company_id: _read(row, at) for row in rows}


@cache
def _query() -> Select[Any]:
    """Built once: each transaction that writes asks it, and building takes longer than running."""
    newest = (
        select(Invitation)
        .where(Invitation.company_id == Company.id)
        .order_by(Invitation.id.desc())
        .limit(1)
        .lateral("newest")
    )
    invitation = aliased(Invitation, newest)
    ended = aliased(Connection)
    ended_at = (
        select(func.max(ended.ended_at)).where(ended.company_id == Company.id).scalar_subquery()
    )
    parts = [part(invitation) for part in (_steps, _attempt, _letters, _events)]
    query = select(
        Company.id.label("company_id"),
        Company.created_at.label("added_at"),
        Company.archived_at.label("archived_at"),
        *_named("connection", CONNECTION, Connection),
        *_named("invitation", INVITATION, invitation),
        _away_since().label("away_since"),
        ended_at.label("connection_ended_at"),
        *(column for part in parts for column in part.c),
    ).select_from(Company)
    query = query.outerjoin(
        Connection, and_(Connection.company_id == Company.id, Connection.is_living)
    ).outerjoin(newest, true())
    for part in parts:
        query = query.outerjoin(part, true())
    return query.where(Company.id.in_(bindparam("company_ids", expanding=True)))


def _named(what: str, columns: tuple[str, ...], kind: Any) -> list[Any]:
    """Columns and not rows, which would change under the hands of whoever holds them in the session."""
    return [getattr(kind, name).label(f"{what}_{name}") for name in columns]


def _away_since() -> Any:
    """Since when the connection's provider answers nobody, as throttling.pacing says."""
    away = (Pace.work == "check", Pace.failures >= AWAY_AFTER)
    return (
        select(Pace.failing_since)
        .where(Pace.provider == Connection.provider, *away)
        .scalar_subquery()
    )


def _steps(invitation: type[Invitation]) -> LateralFromClause:
    """The steps of the invitation's links."""
    return (
        select(func.array_agg(InvitationKey.step).label("steps"))
        .where(InvitationKey.invitation_id == invitation.id)
        .lateral("steps")
    )


def _attempt(invitation: type[Invitation]) -> LateralFromClause:
    """The attempt that decides: as deciding_first, but the same at every moment."""
    rank = case(
        (Authorization.status == AuthorizationStatus.SUCCEEDED, 0),
        (Authorization.status.in_(UNFINISHED), 1),
        (Authorization.status == AuthorizationStatus.FAILED, 2),
        else_=3,
    )
    happened_at = func.coalesce(
        Authorization.ended_at, Authorization.returned_at, Authorization.created_at
    )
    return (
        select(
            Authorization.status.label("attempt_status"),
            Authorization.cause.label("attempt_cause"),
            happened_at.label("attempt_at"),
            Authorization.next_try_at.label("attempt_next_try_at"),
        )
        .where(Authorization.invitation_id == invitation.id)
        .order_by(rank, happened_at.desc(), Authorization.id.desc())
        .limit(1)
        .lateral("attempt")
    )


def _letters(invitation: type[Invitation]) -> LateralFromClause:
    """When the first letter with a link that waits was to be sent; reminders are no hurry."""
    due_at = case((Letter.tries == 0, Letter.due_at), else_=Letter.created_at)
    return (
        select(func.min(due_at).label("letter_due_at"))
        .where(
            Letter.invitation_id == invitation.id,
            Letter.status == LetterStatus.WAITING,
            Letter.kind.in_(FIRST),
        )
        .lateral("letter")
    )


def _events(invitation: type[Invitation]) -> LateralFromClause:
    """The last moment of each thing that counts, from the history."""
    of_firm = or_(Event.user_id.is_not(None), Event.api_key_id.is_not(None))
    given = or_(
        and_(Event.kind == EventKind.LINK_MADE, of_firm),
        and_(Event.kind == EventKind.LETTER_SENT, Event.note == LetterKind.INVITATION.value),
        Event.kind == EventKind.LINKS_REPLACED,
    )
    told = Event.kind == EventKind.CAUSE_TOLD
    causes = func.array_agg(aggregate_order_by(Event.cause, Event.id)).filter(told)
    last = {
        "given_at": given,
        "moved_at": Event.actor == Actor.APPROVER,
        "bounced_at": and_(Event.kind == EventKind.LETTER_BOUNCED, Event.note.in_(INVITING)),
        "link_asked_at": Event.kind == EventKind.NEW_LINK_ASKED,
        "number_questioned_at": Event.kind == EventKind.NUMBER_QUESTIONED,
        "cause_told_at": told,
    }
    return (
        select(
            *(func.max(Event.at).filter(which).label(name) for name, which in last.items()),
            causes.label("told_causes"),
        )
        .where(Event.invitation_id == invitation.id)
        .lateral("event")
    )


def _read(row: Row[Any], at: datetime) -> Gathered:
    return Gathered(
        facts=Facts(
            at=at,
            added_at=row.added_at,
            archived_at=row.archived_at,
            connection=_connection(row) if row.connection_status else None,
            invitation=_invitation(row) if row.invitation_status else None,
            connection_ended_at=row.connection_ended_at,
        ),
        provider=row.connection_provider or row.invitation_provider,
        consultant=row.connection_approver_is_consultant,
    )


def _connection(row: Row[Any]) -> ConnectionFacts:
    return ConnectionFacts(
        status=row.connection_status,
        cause=row.connection_cause,
        since=row.connection_status_since,
        next_check_at=row.connection_next_check_at if row.connection_grant_id else None,
        away_since=row.away_since,
    )


def _invitation(row: Row[Any]) -> InvitationFacts:
    steps = [Step(step) for step in row.steps or []]
    renews = row.invitation_renews_id is not None
    return InvitationFacts(
        status=row.invitation_status,
        had_connection=renews or row.invitation_status is InvitationStatus.CONNECTED,
        created_at=row.invitation_created_at,
        expires_at=row.invitation_expires_at,
        started_at=row.invitation_started_at,
        ended_at=row.invitation_ended_at,
        renews=renews,
        step=max(steps, key=lambda step: step.number, default=None),
        attempt=_attempt_facts(row),
        letter_due_at=row.letter_due_at,
        given_at=row.given_at,
        moved_at=row.moved_at,
        bounced_at=row.bounced_at,
        link_asked_at=row.link_asked_at,
        number_questioned_at=row.number_questioned_at,
        cause_told_at=row.cause_told_at,
        told_cause=row.told_causes[-1] if row.told_causes else None,
    )


def _attempt_facts(row: Row[Any]) -> AttemptFacts | None:
    if row.attempt_status is None:
        return None
    return AttemptFacts(
        status=row.attempt_status,
        cause=row.attempt_cause,
        at=row.attempt_at,
        next_try_at=row.attempt_next_try_at,
    )
