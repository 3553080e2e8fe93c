"""The call budget, shared by all processes: one row (permit) for each call per minute and endpoint.

A permit is free again a minute after its call, so that no minute has more calls than permits, however
many processes there are. Some permits are reserved for people, so that neither people nor the
background can use up the other's.

An answer 429 closes an endpoint for the caller alone: a provider may count per company. It closes it for
all when the permits in use say that its limit is near, or when several callers are refused together.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    String,
    Update,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from wizard.models import CallPermit, now
from wizard.providers.gate import BudgetSpentError, Refused, foreseen

BACKGROUND_SHARE = 0.7  # share of the permits; the rest is reserved for people
WINDOW = timedelta(minutes=1)
ON_THE_WAY = timedelta(seconds=1)  # a call that takes longer extends its permit
PEOPLE_WAIT, BACKGROUND_WAIT = 2.0, 10.0
FURTHEST = timedelta(minutes=10)  # a permit taken for longer was set by a wrong clock
LOOK_AGAIN = 0.1
FRESH = 0.9  # share of that second: how old a permit may be when its call has ended, or begins
SEVERAL = 3  # callers refused at the same time: then it is the endpoint
OF_CALLER = "/"  # in the endpoint of a row that closes it for one caller
KEPT = timedelta(hours=1)

log = structlog.get_logger()
_dice = random.SystemRandom()


@dataclass
class Budget:
    """The gate (see providers.gate.Gate) of one provider, for people or for the background."""

    engine: Engine
    provider: str
    limit: int
    background: bool = False
    window: timedelta = WINDOW
    _known: set[str] = field(default_factory=set)
    _taking: Update = field(init=False)

    def __post_init__(self) -> None:
        """Use a connection in autocommit mode, and build the statement of every call once."""
        self.engine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._taking = self._statement()

    @contextmanager
    def call(self, endpoint: str, seconds: float, caller: str = "") -> Iterator[None]:
        """Hold a permit during one call; raises BudgetSpentError if none becomes free in time."""
        permit, began = self._wait(endpoint, seconds, caller)
        try:
            yield
        finally:
            if time.monotonic() - began > _fresh_for():
                self._hold_longer(permit)

    def close(self, endpoint: str, refused: Refused, caller: str = "") -> None:
        """Close the endpoint for the caller, or take all its permits, including those in use."""
        if ahead := foreseen():
            ahead.forget(endpoint)
        until = func.clock_timestamp() + timedelta(seconds=refused.seconds)
        for_all = not caller or self._is_limit(endpoint, refused)
        log.warning(
            "provider_limit_reached",
            provider=self.provider,
            endpoint=endpoint,
            wait=refused.seconds,
            for_all=for_all,
        )
        if not for_all:
            self._close_for(endpoint, caller, until)
            for_all = self._refused_callers(endpoint) >= SEVERAL
        if not for_all:
            return
        in_order = select(CallPermit.id).where(*self._here(endpoint))
        in_order = in_order.order_by(CallPermit.number).with_for_update()
        self._write(CallPermit.id.in_(in_order), until)

    def _wait(self, endpoint: str, seconds: float, caller: str) -> tuple[int, float]:
        """A permit's id, and the time of the request for it, from which its minute is counted."""
        if held := self._held(endpoint, caller):
            return held
        most = BACKGROUND_WAIT if self.background else PEOPLE_WAIT
        ends = time.monotonic() + min(most, seconds / 2)
        self._know(endpoint)
        began = time.monotonic()
        while (permit := self._take(endpoint, caller)) is None:
            if time.monotonic() > ends:
                raise BudgetSpentError(seconds=self._free_in(endpoint, caller))
            time.sleep(LOOK_AGAIN * _dice.uniform(0.5, 1.5))
            began = time.monotonic()
        return permit, began

    def _held(self, endpoint: str, caller: str) -> tuple[int, float] | None:
        """A permit taken with those of other foreseen calls, and when; all are taken with the first.

        One that was asked for a second ago is let lie until its minute is over: it is counted from then.
        """
        ahead = foreseen()
        if ahead is None:
            return None
        if wanted := ahead.all_with(endpoint):
            ahead.keep(self._take_all(Counter(wanted), caller))
        return ahead.take(endpoint, since=time.monotonic() - _fresh_for())

    def _take_all(self, wanted: Counter[str], caller: str) -> list[tuple[str, int, float]]:
        """Permits of several endpoints, as many as wanted or as are free, in one statement."""
        for endpoint in wanted:
            self._know(endpoint)
        asked = {
            "asked_for": list(wanted),
            "calls": list(wanted.values()),
            "for_caller": f"{OF_CALLER}{caller}",
        }
        began = time.monotonic()
        with self.engine.connect() as connection:
            taken = connection.execute(self._taking, asked).all()
        return [(endpoint, permit, began) for permit, endpoint in taken]

    def _take(self, endpoint: str, caller: str) -> int | None:
        taken = self._take_all(Counter([endpoint]), caller)
        return taken[0][1] if taken else None

    def _statement(self) -> Update:
        """The statement that takes free, unlocked permits; people first try the reserved ones.

        A closed endpoint gives none. Found beforehand, once: a subquery that locks might be run again.
        """
        moment = func.clock_timestamp()
        last = round(self.limit * BACKGROUND_SHARE) if self.background else self.limit
        order = CallPermit.number.asc() if self.background else CallPermit.number.desc()
        asked = (
            func.unnest(
                bindparam("asked_for", type_=ARRAY(String)),
                bindparam("calls", type_=ARRAY(Integer)),
            )
            .table_valued("endpoint", "calls", name="asked")
            .render_derived()
        )
        own = aliased(CallPermit)
        closed = select(own.id).where(
            own.provider == self.provider,
            own.endpoint == asked.c.endpoint + bindparam("for_caller", type_=String),
            own.free_at > moment,
            own.free_at <= moment + FURTHEST,
        )
        one = (
            select(CallPermit.id)
            .where(
                CallPermit.provider == self.provider,
                CallPermit.endpoint == asked.c.endpoint,
                CallPermit.number <= last,
                or_(CallPermit.free_at <= moment, CallPermit.free_at > moment + FURTHEST),
                ~closed.correlate(asked).exists(),
            )
            .order_by(order)
            .limit(asked.c.calls)
            .with_for_update(skip_locked=True)
            .correlate(asked)
            .lateral("one")
        )
        free = select(one.c.id).select_from(asked).join(one, true()).cte("free")
        back = moment + self.window + ON_THE_WAY
        return (
            update(CallPermit)
            .where(CallPermit.id == free.c.id)
            .values(free_at=back)
            .returning(CallPermit.id, CallPermit.endpoint)
        )

    def _is_limit(self, endpoint: str, refused: Refused) -> bool:
        """True if so many calls were made within the minute that all of them may be too many."""
        allowed = min(self.limit, refused.allowed or self.limit)
        return self._count(*self._here(endpoint)) * 2 >= allowed

    def _refused_callers(self, endpoint: str) -> int:
        """How many callers the endpoint is closed for now."""
        theirs = CallPermit.endpoint.startswith(endpoint + OF_CALLER, autoescape=True)
        return self._count(CallPermit.provider == self.provider, theirs)

    def _count(self, *which: ColumnElement[bool]) -> int:
        """How many of these rows are taken; 0 if the database does not answer."""
        taken = select(func.count()).where(*which, *_is_taken(func.clock_timestamp()))
        try:
            with self.engine.connect() as connection:
                return connection.execute(taken).scalar_one()
        except SQLAlchemyError:
            return 0

    def _close_for(self, endpoint: str, caller: str, until: ColumnElement[Any]) -> None:
        """Close the endpoint for one caller, without raising."""
        row = insert(CallPermit).values(
            provider=self.provider,
            endpoint=f"{endpoint}{OF_CALLER}{caller}",
            number=0,
            free_at=until,
        )
        later = func.greatest(CallPermit.free_at, row.excluded.free_at)
        again = row.on_conflict_do_update(
            index_elements=["provider", "endpoint", "number"], set_={"free_at": later}
        )
        try:
            with self.engine.connect() as connection:
                connection.execute(again)
        except SQLAlchemyError:
            log.warning("permit_lost", provider=self.provider)

    def _free_in(self, endpoint: str, caller: str) -> float:
        """Seconds until a call is let through, as far as the permits say."""
        first = select(func.min(CallPermit.free_at)).where(*self._here(endpoint))
        own = select(func.max(CallPermit.free_at)).where(
            *self._here(f"{endpoint}{OF_CALLER}{caller}")
        )
        moment = func.clock_timestamp()
        at = func.greatest(first.scalar_subquery(), own.scalar_subquery(), moment)
        left = select(func.extract("epoch", at - moment))
        with self.engine.connect() as connection:
            seconds = connection.execute(left).scalar()
        return min(max(0.0, float(seconds or 0)), FURTHEST.total_seconds())

    def _hold_longer(self, permit: int) -> None:
        """Extend the permit of a slow call, which the provider may count as late as now."""
        back = func.clock_timestamp() + self.window + ON_THE_WAY / 10
        self._write(CallPermit.id == permit, back)

    def _write(self, which: ColumnElement[bool], back: ColumnElement[Any]) -> None:
        """Write without raising, since the response may hold the only copy of new tokens."""
        later = func.greatest(CallPermit.free_at, back)
        try:
            with self.engine.connect() as connection:
                connection.execute(update(CallPermit).where(which).values(free_at=later))
        except SQLAlchemyError:
            log.warning("permit_lost", provider=self.provider)

    def _know(self, endpoint: str) -> None:
        """Insert the permits of an endpoint at its first use in this process."""
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


def forget_callers(session: Session) -> int:
    """Delete the rows of callers for whom an endpoint was closed; how many. Commits."""
    over = (CallPermit.endpoint.contains(OF_CALLER), CallPermit.free_at < now() - KEPT)
    gone = session.scalars(delete(CallPermit).where(*over).returning(CallPermit.id)).all()
    session.commit()
    return len(gone)


def _fresh_for() -> float:
    return ON_THE_WAY.total_seconds() * FRESH


def _is_taken(moment: ColumnElement[Any]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Not free at the moment, and not by a clock that was wrong."""
    return CallPermit.free_at > moment, CallPermit.free_at <= moment + FURTHEST
