"""What the page of the flow says: one week's counts, of a firm or of all, by step and by cause; and folding them."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from wizard.models import ALL_FIRMS, FunnelCount, FunnelCounted, Step, now
from wizard.services.concurrency.locks import takes_turn
from wizard.services.desk.funnel import SPANS, week_of

KEPT_WEEKS = 104
BATCH = 5000
HALF, MOST = 0.5, 0.9
KEY = ("week", "firm_id", "provider", "step", "cause", "counted", "took")
FIRST = Step.WELCOME  # its first press is mostly also the one that leads on, so no time is said


@dataclass
class Place:
    """One step, or one cause at a step: ``number`` by what was counted, ``spans`` of those who went on."""

    step: Step
    cause: str
    number: dict[FunnelCounted, int] = field(default_factory=lambda: defaultdict(int))
    spans: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def came(self) -> int:
        """How many came here."""
        return self.number[FunnelCounted.CAME]

    @property
    def went_on(self) -> int:
        """How many of them went on."""
        return self.number[FunnelCounted.WENT_ON]

    @property
    def left(self) -> int:
        """How many times somebody left."""
        return self.number[FunnelCounted.LEFT]

    @property
    def came_back(self) -> int:
        """How many times somebody who had left came back."""
        return self.number[FunnelCounted.CAME_BACK]

    @property
    def helped(self) -> int:
        """How many used the help."""
        return self.number[FunnelCounted.HELPED]

    @property
    def away(self) -> int:
        """How many have left and not come back."""
        return max(self.left - self.came_back, 0)

    @property
    def here(self) -> int:
        """How many are still there, and have not left."""
        return max(self.came - self.went_on - self.away, 0)

    def within(self, share: float) -> timedelta | None:
        """The span in which this share of those who went on did so; None where it is longer than the longest.

        Not to be asked where ``is_timed`` says no.
        """
        reached = 0
        for span in sorted(self.spans):
            reached += self.spans[span]
            if reached >= self.went_on * share:
                return SPANS[span] if span < len(SPANS) else None
        return None

    @property
    def is_timed(self) -> bool:
        """Whether how long it took can be said."""
        return self.went_on > 0 and (self.step is not FIRST or bool(self.cause))


@dataclass(frozen=True)
class Road:
    """One provider's places: the steps in their order, and under each the causes that stopped most."""

    provider: str
    steps: list[Place]
    causes: dict[Step, list[Place]]

    @property
    def most(self) -> int:
        """How many came to the step to which most came."""
        return max((step.came for step in self.steps), default=0)

    @property
    def places(self) -> list[Place]:
        """Steps and causes, in the order of the table."""
        return [place for step in self.steps for place in (step, *self.causes.get(step.step, []))]


def report(session: Session, week: date, firm_id: int = ALL_FIRMS) -> list[Road]:
    """A week's roads, one for each provider, by name; none where nothing was counted. One statement."""
    which = (FunnelCount.provider, FunnelCount.step, FunnelCount.cause)
    kinds = (FunnelCount.counted, FunnelCount.took)
    rows = session.execute(
        select(*which, *kinds, func.sum(FunnelCount.number))
        .where(FunnelCount.firm_id == firm_id, FunnelCount.week == week)
        .group_by(*which, *kinds)
    )
    found: dict[str, dict[tuple[Step, str], Place]] = defaultdict(dict)
    for provider, step, cause, counted, took, number in rows:
        place = found[provider].setdefault((step, cause), Place(step, cause))
        place.number[counted] += int(number)
        if counted is FunnelCounted.WENT_ON:
            place.spans[took] += int(number)
    return [_road(provider, places) for provider, places in sorted(found.items())]


def fold(session: Session) -> int:
    """Add up what was counted one by one; how many sums it wrote. Commits.

    One process at a time. Call it until it returns 0.
    """
    if not takes_turn(session, "funnel_counts"):
        session.commit()
        return 0
    some = select(FunnelCount.id).where(~FunnelCount.folded).order_by(FunnelCount.id).limit(BATCH)
    key = [getattr(FunnelCount, name) for name in KEY]
    gone = delete(FunnelCount).where(FunnelCount.id.in_(some))
    taken = gone.returning(*key, FunnelCount.number).cte("taken")
    columns = [taken.c[name] for name in KEY]
    sums = select(*columns, func.sum(taken.c.number), text("true")).group_by(*columns)
    folded = insert(FunnelCount).from_select([*KEY, "number", "folded"], sums)
    summed = folded.add_cte(taken).on_conflict_do_update(
        index_elements=KEY,
        index_where=text("folded"),
        set_={"number": FunnelCount.number + folded.excluded.number},
    )
    written = session.scalars(summed.returning(FunnelCount.id)).all()
    session.commit()
    return len(written)


def forget(session: Session) -> None:
    """Delete the counts of weeks of more than two years ago. Commits."""
    oldest = week_of(now()) - timedelta(weeks=KEPT_WEEKS)
    session.execute(delete(FunnelCount).where(FunnelCount.week < oldest))
    session.commit()


def _road(provider: str, places: dict[tuple[Step, str], Place]) -> Road:
    causes = {
        step: sorted(
            (one for one in places.values() if one.step is step and one.cause),
            key=lambda one: (-one.came, one.cause),
        )
        for step in Step
    }
    return Road(provider, [places.get((step, ""), Place(step, "")) for step in Step], causes)
