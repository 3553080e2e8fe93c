"""How many there are of what /metrics tells of, counted in the tables now."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from wizard.models import (
    LIVING,
    CallPermit,
    Connection,
    Invitation,
    Letter,
    LetterStatus,
    Outage,
    StandingCount,
    WebhookMessage,
    WebhookReceiver,
    now,
)
from wizard.models.standing import ALL_FIRMS
from wizard.services.throttling.call_budget import OF_CALLER


@dataclass(frozen=True)
class Census:
    """The numbers, by what tells them apart; times are in the past."""

    connections: dict[tuple[str, str], int]  # provider, status
    invitations: dict[str, int]  # by status
    moves: dict[tuple[str, str], int]  # companies, by whose move it is and why
    permits_free: dict[tuple[str, str], int]  # provider, endpoint
    permits: dict[tuple[str, str], int]
    letters_due: int
    webhooks_waiting: int
    receivers: dict[str, int]  # taking, failing or paused
    outages: set[tuple[str, str]]  # provider, kind


def count(session: Session) -> Census:
    """All of them. A few statements."""
    free = func.count().filter(CallPermit.free_at <= func.clock_timestamp())
    permits = session.execute(
        select(CallPermit.provider, CallPermit.endpoint, free, func.count())
        .where(~CallPermit.endpoint.contains(OF_CALLER, autoescape=True))
        .group_by(CallPermit.provider, CallPermit.endpoint)
    ).all()
    return Census(
        connections={
            (provider, status.value): number
            for provider, status, number in session.execute(
                select(Connection.provider, Connection.status, func.count()).group_by(
                    Connection.provider, Connection.status
                )
            )
        },
        invitations={
            status.value: number
            for status, number in session.execute(
                select(Invitation.status, func.count())
                .where(Invitation.status.in_(LIVING))
                .group_by(Invitation.status)
            )
        },
        moves=_moves(session),
        permits_free={(provider, endpoint): number for provider, endpoint, number, _ in permits},
        permits={(provider, endpoint): number for provider, endpoint, _, number in permits},
        letters_due=_number(session, Letter.status == LetterStatus.WAITING, Letter.due_at <= now()),
        webhooks_waiting=_number(
            session,
            WebhookMessage.taken_at.is_(None),
            WebhookMessage.receiver_id == WebhookReceiver.id,
            WebhookReceiver.ended_at.is_(None),
        ),
        receivers=_receivers(session),
        outages={
            (provider, kind.value)
            for provider, kind in session.execute(
                select(Outage.provider, Outage.kind).where(Outage.ended_at.is_(None))
            )
        },
    )


def _moves(session: Session) -> dict[tuple[str, str], int]:
    counted = session.execute(
        select(StandingCount.whose, StandingCount.reason, func.sum(StandingCount.number))
        .where(StandingCount.firm_id == ALL_FIRMS)
        .group_by(StandingCount.whose, StandingCount.reason)
    )
    return {(whose.value, reason.value): int(number) for whose, reason, number in counted}


def _number(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(*which)) or 0


def _receivers(session: Session) -> dict[str, int]:
    how = case(
        (WebhookReceiver.paused_at.is_not(None), "paused"),
        (WebhookReceiver.failures > 0, "failing"),
        else_="taking",
    )
    found = session.execute(
        select(how, func.count()).where(WebhookReceiver.ended_at.is_(None)).group_by(how)
    )
    return dict(found.all())
