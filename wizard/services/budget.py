"""The shared budget: each endpoint's calls of a minute are rows, and a call takes one.

A row that is taken is free again a minute after its call was counted, so however many processes
there are and in whatever order they ask, no minute holds more calls than rows. Some rows are only
for people; the background finds its own while they are busy, and they theirs while it is.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Engine, Update, bindparam, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from wizard.models import CallPermit
from wizard.providers.gate import BudgetSpentError

BACKGROUND_SHARE = 0.7  # of the calls; the rest is kept for people
WINDOW = timedelta(minutes=1)
ON_THE_WAY = timedelta(seconds=1)  # an answer has come by then, or the permit is held for longer
PEOPLE_WAIT, BACKGROUND_WAIT = 2.0, 10.0
FURTHEST = timedelta(minutes=10)  # taken for longer by a clock that has been put right since
LOOK_AGAIN = 0.1

log = structlog.get_logger()
_dice = random.SystemRandom()


@dataclass
class Budget:
    """The gate of one provider for people, or for the background; see providers.gate.Gate."""

    engine: Engine
    provider: str
    limit: int
    background: bool = False
    window: timedelta = WINDOW
    _known: set[str] = field(default_factory=set)
    _taking: Update = field(init=False)

    def __post_init__(self) -> None:
        """Statements of its own, in nobody's transaction; the one of every call is made once."""
        self.engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._taking = self._statement()

    @contextmanager
    def call(self, endpoint: str, seconds: float) -> Iterator[None]:
        """Hold a permit during one call; BudgetSpentError when none is free in time."""
        permit, began = self._wait(endpoint, seconds)
        try:
            yield
        finally:
            if time.monotonic() - began > ON_THE_WAY.total_seconds() * 0.9:
                self._hold_longer(permit)

    def close(self, endpoint: str, seconds: float) -> None:
        """Take all permits of the endpoint, whoever has them now."""
        log.warning("too_many_requests", provider=self.provider, endpoint=endpoint, wait=seconds)
        until = func.clock_timestamp() + timedelta(seconds=seconds)
        in_order = select(CallPermit.id).where(*self._here(endpoint))
        in_order = in_order.order_by(CallPermit.number).with_for_update()
        self._write(CallPermit.id.in_(in_order), until)

    def _wait(self, endpoint: str, seconds: float) -> tuple[int, float]:
        """A permit, and when it was asked for: it is counted from then, however slow we are."""
        most = BACKGROUND_WAIT if self.background else PEOPLE_WAIT
        ends = time.monotonic() + min(most, seconds / 2)
        self._know(endpoint)
        began = time.monotonic()
        while (permit := self._take(endpoint)) is None:
            if time.monotonic() > ends:
                raise BudgetSpentError
            time.sleep(LOOK_AGAIN * _dice.uniform(0.5, 1.5))
            began = time.monotonic()
        return permit, began

    def _take(self, endpoint: str) -> int | None:
        with self.engine.connect() as connection:
            return connection.execute(self._taking, {"asked_for": endpoint}).scalar()

    def _statement(self) -> Update:
        """Takes a free permit that nobody is just taking; people begin with their own."""
        moment = func.clock_timestamp()
        last = round(self.limit * BACKGROUND_SHARE) if self.background else self.limit
        order = CallPermit.number.asc() if self.background else CallPermit.number.desc()
        free = (
            select(CallPermit.id)
            .where(
                CallPermit.provider == self.provider,
                CallPermit.endpoint == bindparam("asked_for"),
                CallPermit.number <= last,
                or_(CallPermit.free_at <= moment, CallPermit.free_at > moment + FURTHEST),
            )
            .order_by(order)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        back = moment + self.window + ON_THE_WAY
        return (
            update(CallPermit)
            .where(CallPermit.id == free.scalar_subquery())
            .values(free_at=back)
            .returning(CallPermit.id)
        )

    def _hold_longer(self, permit: int) -> None:
        """A slow call may have been counted as late as now."""
        back = func.clock_timestamp() + self.window + ON_THE_WAY / 10
        self._write(CallPermit.id == permit, back)

    def _write(self, which: ColumnElement[bool], back: ColumnElement[Any]) -> None:
        """Never at the cost of an answer that has come: it may hold the only copy of new tokens."""
        later = func.greatest(CallPermit.free_at, back)
        try:
            with self.engine.connect() as connection:
                connection.execute(update(CallPermit).where(which).values(free_at=later))
        except SQLAlchemyError:
            log.warning("permit_not_held", provider=self.provider)

    def _know(self, endpoint: str) -> None:
        """Make the rows of an endpoint the first time this process asks for it."""
        if endpoint in self._known:
            return
        numbers = func.generate_series(1, self.limit).column_valued("number")
        rows = select(literal(self.provider), literal(endpoint), numbers)
        with self.engine.connect() as connection:
            connection.execute(
                insert(CallPermit)
                .from_select(["provider", "endpoint", "number"], rows)
                .on_conflict_do_nothing()
            )
        self._known.add(endpoint)

    def _here(self, endpoint: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return CallPermit.provider == self.provider, CallPermit.endpoint == endpoint
