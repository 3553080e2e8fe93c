"""Exact counts of standings: summed from what the database's trigger wrote of each change."""

from dataclasses import dataclass
from datetime import date, timedelta

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
        .returning(
            StandingCount.day,
            StandingCount.firm_id,
            StandingCount.whose,
            StandingCount.reason,
            StandingCount.number,
        )
    ).all()
    sums: dict[tuple[date, int, Whose, MoveReason], int] = {}
    for day, firm_id, whose, reason, number in gone:
        key = (max(day, BEFORE) if day >= oldest else BEFORE, firm_id, whose, reason)
        sums[key] = sums.get(key, 0) + number
    _add(session, {key: number for key, number in sums.items() if number})
    session.commit()
    return len(gone)


def today() -> date:
    """The day in Stockholm, as the trigger has it."""
    return now().astimezone(STOCKHOLM).date()


def _add(session: Session, sums: dict[tuple[date, int, Whose, MoveReason], int]) -> None:
    if not sums:
        return
    names = ("day", "firm_id", "whose", "reason")
    rows = [
        dict(zip(names, key, strict=True), number=number, folded=True)
        for key, number in sums.items()
    ]
    folded = insert(StandingCount)
    session.execute(
        folded.on_conflict_do_update(
            index_elements=names,
            index_where=text("folded"),
            set_={"number": StandingCount.number + folded.excluded.number},
        ),
        rows,
    )
