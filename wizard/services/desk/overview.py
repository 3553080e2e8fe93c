"""What the first page of those who run the service says: exact figures, each by an index or kept ready."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wizard.models import (
    ALL_FIRMS,
    Company,
    Firm,
    Letter,
    LetterKind,
    LetterStatus,
    MoveReason,
    Outage,
    Standing,
    Step,
    WebhookReceiver,
    Whose,
    now,
)
from wizard.services.desk.counts import Count, Flow, counts, flow

OUTAGES_FOR = timedelta(days=2)
LETTERS_FOR = timedelta(days=7)
MOST = 5  # outages, and invitations
MOST_LETTERS = 1000
SIDES = (Whose.WE, Whose.FIRM, Whose.APPROVER, Whose.PROVIDER)


@dataclass(frozen=True)
class Side:
    """What is one party's move: how many companies, how many more than a week ago, since when the oldest."""

    whose: Whose
    number: int
    week: int
    oldest: datetime | None
    reasons: list[Count]


@dataclass(frozen=True)
class Unfinished:
    """An invitation whose approver has come furthest back in time."""

    company_id: str
    company: str
    firm: str
    reason: MoveReason
    step: Step | None
    since: datetime


@dataclass(frozen=True)
class Overview:
    """How everything is: ``flow`` is since yesterday, outages the newest first."""

    sides: list[Side]
    outages: list[Outage]
    flow: Flow
    unfinished: list[Unfinished]
    letters_failed: int  # to staff and operators, in a week
    receivers_paused: int

    def number(self, reason: MoveReason) -> int:
        """How many companies stand so."""
        return number_of(self.sides, reason)


def overview(session: Session) -> Overview:
    """How everything is. Six statements."""
    return Overview(
        sides=sides(session),
        outages=outages(session),
        flow=flow(session),
        unfinished=_unfinished(session),
        **_failed(session),
    )


def sides(session: Session, firm_id: int = ALL_FIRMS) -> list[Side]:
    """Whose move it is, for the companies of a firm or of all; nobody's is left out. Two statements."""
    oldest = _oldest(session, firm_id)
    found = counts(session, firm_id)
    return [_side(whose, found, oldest[whose]) for whose in SIDES]


def number_of(sides: list[Side], reason: MoveReason) -> int:
    """How many companies stand so."""
    return sum(one.number for side in sides for one in side.reasons if one.reason is reason)


def outages(session: Session) -> list[Outage]:
    """Those that go on, and those that ended lately, the newest first. One statement."""
    lately = func.coalesce(Outage.ended_at, now()) > now() - OUTAGES_FOR
    newest = select(Outage).where(lately).order_by(Outage.began_at.desc()).limit(MOST)
    return list(session.scalars(newest))


def _side(whose: Whose, found: list[Count], oldest: datetime | None) -> Side:
    mine = [one for one in found if one.whose is whose]
    return Side(
        whose=whose,
        number=sum(one.number for one in mine),
        week=sum(one.week for one in mine),
        oldest=oldest,
        reasons=sorted((one for one in mine if one.number), key=lambda one: -one.number),
    )


def _oldest(session: Session, firm_id: int) -> dict[Whose, datetime | None]:
    of_firm = [] if firm_id == ALL_FIRMS else [Standing.firm_id == firm_id]
    parts = [
        select(func.min(Standing.since)).where(Standing.whose == whose, *of_firm).scalar_subquery()
        for whose in SIDES
    ]
    return dict(zip(SIDES, session.execute(select(*parts)).one(), strict=True))


def _unfinished(session: Session) -> list[Unfinished]:
    oldest = (
        select(Standing)
        .where(Standing.whose == Whose.APPROVER)
        .order_by(Standing.since, Standing.company_id)
        .limit(MOST)
        .subquery()
    )
    rows = session.execute(
        select(
            Company.public_id,
            Company.name,
            Firm.name,
            oldest.c.reason,
            oldest.c.step,
            oldest.c.since,
        )
        .join(oldest, oldest.c.company_id == Company.id)
        .join(Company.firm)
        .order_by(oldest.c.since, Company.id)
    )
    return [Unfinished(*row) for row in rows]


def _failed(session: Session) -> dict[str, int]:
    bounced = (
        select(Letter.id)
        .where(
            Letter.status == LetterStatus.BOUNCED,
            Letter.invitation_id.is_(None),
            Letter.kind != LetterKind.CONSENTS_LINK,
            Letter.created_at > now() - LETTERS_FOR,
        )
        .limit(MOST_LETTERS)
        .subquery()
    )
    paused = select(func.count(WebhookReceiver.id)).where(
        WebhookReceiver.paused_at.is_not(None), WebhookReceiver.ended_at.is_(None)
    )
    letters, receivers = session.execute(
        select(
            select(func.count()).select_from(bounced).scalar_subquery(), paused.scalar_subquery()
        )
    ).one()
    return {"letters_failed": letters, "receivers_paused": receivers}
