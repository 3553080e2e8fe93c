"""Exact counts of standings: summed from what the database's trigger wrote of each change."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wizard.models import ALL_FIRMS, MoveReason, StandingCount, Whose, now
from wizard.models.api import STOCKHOLM
from wizard.services.concurrency.locks import takes_turn

BATCH = 5000
KEPT_DAYS = 35
BEFORE = date(2000, 1, 1)  # the day of all that is older
WEEK_DAYS = 7
KEY = ("day", "firm_id", "whose", "reason")
SUMMED = ("number", "broke", "mended")


@dataclass(frozen=True)
class Count:
    """How many companies stand so, and how many more than seven days ago."""

    whose: Whose
    reason: MoveReason
    number: int
    week: int


def counts(session: Session, firm_id: int = ALL_FIRMS) -> list[Count]:
    """What stands how, of a firm or of all; what is zero and was a week ago is left out. One statement."""
    number = func.sum(StandingCount.number)
    lately = StandingCount.day > today() - timedelta(days=WEEK_DAYS)
    week = func.coalesce(number.filter(lately), 0)
    rows = session.execute(
        select(StandingCount.whose, StandingCount.reason, number, week)
        .where(StandingCount.firm_id == firm_id)
        .group_by(StandingCount.whose, StandingCount.reason)
        .having((number != 0) | (week != 0))
    )
    return [Count(whose, reason, int(number), int(week)) for whose, reason, number, week in rows]


@dataclass(frozen=True)
class Flow:
    """How many connections broke, and how many were mended; one that did both is in both."""

    broke: int
    mended: int


def flow(session: Session, firm_id: int = ALL_FIRMS) -> Flow:
    """What broke and was mended since yesterday began in Stockholm, of a firm or of all. One statement."""
    row = session.execute(
        select(func.sum(StandingCount.broke), func.sum(StandingCount.mended)).where(
            StandingCount.firm_id == firm_id, StandingCount.day >= today() - timedelta(days=1)
        )
    ).one()
    return Flow(int(row[0] or 0), int(row[1] or 0))


def fold(session: Session) -> int:
    """Add changes up, one row for each day and reason, and days long ago to one; how many rows. Commits.

    One process at a time. Call it until it returns 0.
    """
    if not takes_turn(session, "standing_counts"):
        session.commit()
        return 0
    oldest = today() - timedelta(days=KEPT_DAYS)
    old = (StandingCount.day < oldest) & (StandingCount.day > BEFORE)
    some = select(StandingCount.id).where(or_(~StandingCount.folded, old)).limit(BATCH)
    gone = session.execute(
        delete(StandingCount)
        .where(StandingCount.id.in_(some))
        .returning(*(getattr(StandingCount, name) for name in (*KEY, *SUMMED)))
    ).all()
    sums: dict[tuple[Any, ...], list[int]] = {}
    for day, *which, number, broke, mended in gone:
        kept = sums.setdefault((day if day >= oldest else BEFORE, *which), [0, 0, 0])
        for place, more in enumerate((number, broke, mended)):
            kept[place] += more
    _add(session, {key: kept for key, kept in sums.items() if any(kept)})
    session.commit()
    return len(gone)


def today() -> date:
    """The day in Stockholm, as the trigger has it."""
    return now().astimezone(STOCKHOLM).date()


def _add(session: Session, sums: dict[tuple[Any, ...], list[int]]) -> None:
    if not sums:
        return
    rows = [
        dict(zip((*KEY, *SUMMED), (*key, *kept), strict=True), folded=True)
        for key, kept in sums.items()
    ]
    folded = insert(StandingCount)
    summed = {name: getattr(StandingCount, name) + folded.excluded[name] for name in SUMMED}
    session.execute(
        folded.on_conflict_do_update(index_elements=KEY, index_where=text("folded"), set_=summed),
        rows,
    )
