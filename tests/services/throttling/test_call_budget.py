"""The shared budget: no minute holds more calls than allowed, whoever makes them and in what order."""

import multiprocessing
import time
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from tests.support.transactions import Statements
from wizard.extensions import make_engine
from wizard.models import CallPermit
from wizard.providers.gate import BudgetSpentError, Gate, Refused, foreseeing
from wizard.services.throttling import call_budget
from wizard.services.throttling.call_budget import Budget, forget_callers

MINUTE = 60.0
LIMIT = 20


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The application's database."""
    engine: Engine = app.extensions["engine"]
    return engine


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds nothing free gives up at once."""
    monkeypatch.setattr(call_budget, "PEOPLE_WAIT", 0.0)
    monkeypatch.setattr(call_budget, "BACKGROUND_WAIT", 0.0)


@dataclass
class Time:
    """A clock that is put forward by bringing every permit nearer, and the calls made by it."""

    engine: Engine
    ahead: float = 0.0
    calls: list[float] = field(default_factory=list)

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.ahead += seconds
        with self.engine.begin() as connection:
            connection.execute(
                text("update call_permits set free_at = free_at - make_interval(secs => :s)"),
                {"s": seconds},
            )

    def call(self, gate: Gate, endpoint: str = "vouchers", caller: str = "") -> bool:
        """Try one call; whether it was let through."""
        try:
            with gate.call(endpoint, 1.0, caller):
                self.calls.append(time.monotonic() + self.ahead)
        except BudgetSpentError:
            return False
        return True


def most_in_a_window(calls: list[float], window: float) -> int:
    """The most calls that any window of so many seconds holds, wherever it begins."""
    ordered = sorted(calls)
    return max(
        (sum(start <= call < start + window for call in ordered) for start in ordered), default=0
    )


def test_people_may_use_all_and_the_background_leaves_them_their_share(engine: Engine) -> None:
    clock = Time(engine)
    people = Budget(engine, "visma", LIMIT)
    background = Budget(engine, "visma", LIMIT, background=True)
    assert sum(clock.call(background) for _ in range(LIMIT)) == 14
    assert sum(clock.call(people) for _ in range(LIMIT)) == 6
    clock.passes(61.1)
    assert sum(clock.call(people) for _ in range(2 * LIMIT)) == LIMIT
    assert not clock.call(background)


def test_people_begin_with_what_is_theirs(engine: Engine) -> None:
    clock = Time(engine)
    for _ in range(6):
        assert clock.call(Budget(engine, "visma", LIMIT))
    background = Budget(engine, "visma", LIMIT, background=True)
    assert sum(clock.call(background) for _ in range(LIMIT)) == 14


def test_endpoints_and_providers_are_counted_apart(engine: Engine) -> None:
    clock = Time(engine)
    visma, other = Budget(engine, "visma", 10), Budget(engine, "other", 10)
    assert sum(clock.call(visma) for _ in range(11)) == 10
    assert clock.call(visma, "attachments")
    assert clock.call(other)


def test_an_endpoint_that_is_closed_is_closed_for_all_until_its_time(engine: Engine) -> None:
    clock = Time(engine)
    first, second = Budget(engine, "visma", LIMIT), Budget(engine, "visma", LIMIT)
    assert clock.call(first)
    first.close("vouchers", Refused(90))
    assert not clock.call(second)
    clock.passes(89)
    assert not clock.call(second)
    clock.passes(2)
    assert clock.call(second)


def test_what_one_caller_is_refused_closes_nothing_for_others(engine: Engine) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT)
    assert clock.call(gate, caller="a")
    gate.close("vouchers", Refused(50, allowed=600), "a")
    assert not clock.call(gate, caller="a")
    assert clock.call(gate, caller="b")
    assert clock.call(gate)
    assert clock.call(gate, "attachments", "a")
    with pytest.raises(BudgetSpentError) as told, gate.call("vouchers", 1.0, "a"):
        pass
    assert 45 < told.value.seconds <= 50
    clock.passes(51)
    assert clock.call(gate, caller="a")


@pytest.mark.parametrize(("calls", "allowed"), [(LIMIT // 2, None), (3, 6), (LIMIT // 2, 600)])
def test_near_the_limit_it_is_the_endpoint(engine: Engine, calls: int, allowed: int | None) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT)
    for _ in range(calls):
        assert clock.call(gate, caller="a")
    gate.close("vouchers", Refused(50, allowed), "a")
    assert not clock.call(gate, caller="b")
    assert clock.call(gate, "attachments", "a")


def test_several_callers_refused_together_are_the_endpoint(engine: Engine) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT)
    for caller in ("a", "b"):
        gate.close("vouchers", Refused(50), caller)
        assert clock.call(gate, caller="d")
    gate.close("vouchers", Refused(50), "c")
    assert not clock.call(gate, caller="d")


def test_who_was_refused_is_forgotten(engine: Engine) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT)
    assert clock.call(gate)
    gate.close("vouchers", Refused(50), "a")
    with Session(engine) as session:
        assert forget_callers(session) == 0
        clock.passes(3700)
        assert forget_callers(session) == 1


def test_a_clock_that_is_put_back_does_not_close_an_endpoint_for_as_long(engine: Engine) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT)
    assert sum(clock.call(gate) for _ in range(LIMIT)) == LIMIT
    clock.passes(-3600)
    assert sum(clock.call(gate) for _ in range(2 * LIMIT)) == LIMIT


def test_a_slow_call_is_held_until_it_was_surely_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_budget, "ON_THE_WAY", timedelta())  # every call is slow
    gate = Budget(engine, "visma", LIMIT)
    with gate.call("vouchers", 1.0), engine.connect() as connection:
        before = connection.execute(select(func.max(CallPermit.free_at))).scalar_one()
    with engine.connect() as connection:
        after = connection.execute(select(func.max(CallPermit.free_at))).scalar_one()
    assert after > before


STEPS = st.lists(
    st.tuples(
        st.floats(min_value=0, max_value=50), st.integers(min_value=0, max_value=30), st.booleans()
    ),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_no_window_holds_more_than_allowed_however_calls_come(
    engine: Engine, steps: list[tuple[float, int, bool]]
) -> None:
    with engine.begin() as connection:
        connection.execute(text("delete from call_permits"))
    clock = Time(engine)
    gates = {kind: Budget(engine, "visma", LIMIT, background=kind) for kind in (False, True)}
    for wait, calls, background in steps:
        clock.passes(wait)
        for _ in range(calls):
            clock.call(gates[background])
    assert most_in_a_window(clock.calls, MINUTE) <= LIMIT


def _call_for_some_seconds(url: str, sent: "multiprocessing.Queue[float]") -> None:
    engine = make_engine(url)
    gate = Budget(engine, "visma", LIMIT, window=timedelta(seconds=1))
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        try:
            with gate.call("vouchers", 0.1):
                sent.put(time.monotonic())
        except BudgetSpentError:
            continue
    engine.dispose()


def test_several_processes_share_one_budget(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    sent: multiprocessing.Queue[float] = context.Queue()
    workers = [
        context.Process(target=_call_for_some_seconds, args=(database_url, sent)) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    calls = []
    while any(worker.is_alive() for worker in workers) or not sent.empty():
        while not sent.empty():
            calls.append(sent.get())
        workers[0].join(0.01)
    assert len(calls) > LIMIT
    assert most_in_a_window(calls, 1.0) <= LIMIT


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Permits taken beforehand do not grow old, however busy the machine is."""
    monkeypatch.setattr(call_budget, "FRESH", 1000.0)


def taken(engine: Engine) -> dict[str, int]:
    """How many permits of each endpoint are not free."""
    held = text(
        "select endpoint, count(*) as number from call_permits where free_at > clock_timestamp() group by 1"
    )
    with engine.connect() as connection:
        return {row.endpoint: row.number for row in connection.execute(held)}


@pytest.mark.usefixtures("unhurried")
def test_permits_of_foreseen_calls_are_taken_at_once_and_each_is_used_once(engine: Engine) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT)
    for endpoint in ("token", "vouchers", "users"):
        assert clock.call(gate, endpoint)  # creates the permits
    clock.passes(61.1)
    with foreseeing(["vouchers", "users", "vouchers"]):
        with Statements(engine) as sent:
            for endpoint in ("token", "vouchers", "users", "vouchers"):
                assert clock.call(gate, endpoint)
        assert len(sent) == 1
        assert taken(engine) == {"token": 1, "vouchers": 2, "users": 1}
        assert clock.call(gate, "vouchers")  # nobody foresaw it
    assert taken(engine) == {"token": 1, "vouchers": 3, "users": 1}


def test_a_foreseen_call_that_comes_late_takes_a_permit_of_its_own(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT)
    with foreseeing(["vouchers"]):
        assert clock.call(gate, "token")
        monkeypatch.setattr(call_budget, "FRESH", 0.0)
        assert clock.call(gate, "vouchers")
    assert taken(engine) == {"token": 1, "vouchers": 2}


@pytest.mark.usefixtures("unhurried")
def test_what_is_closed_meanwhile_lets_no_foreseen_call_through(engine: Engine) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT)
    with foreseeing(["vouchers", "users"]):
        assert clock.call(gate, "token", "one")
        gate.close("vouchers", Refused(30.0), "one")
        assert not clock.call(gate, "vouchers", "one")
        assert clock.call(gate, "users", "one")


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("background", [False, True])
def test_no_minute_holds_more_calls_than_permits_where_all_are_foreseen(
    engine: Engine, background: bool
) -> None:
    clock, gate = Time(engine), Budget(engine, "visma", LIMIT, background=background)
    most = 14 if background else LIMIT
    for _ in range(3):
        for _ in range(LIMIT):
            with foreseeing(["vouchers", "vouchers"]):
                clock.call(gate)
                clock.call(gate)
        clock.passes(20.5)
    assert len(clock.calls) == most
    assert most_in_a_window(clock.calls, MINUTE) <= most
