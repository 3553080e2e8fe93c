"""Work that outlives whoever asked for it is done once for all who ask meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from sqlalchemy.exc import OperationalError

from wizard.services.concurrency import single_flight
from wizard.services.concurrency.single_flight import run_single_flight, until_stored

SECONDS, SOON = 30.0, 0.01


def test_all_who_ask_meanwhile_get_what_one_did_and_the_next_begins_anew() -> None:
    let_go, done = Signal(), []

    def work() -> int:
        let_go.wait(SECONDS)
        done.append("once")
        return len(done)

    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(run_single_flight, "a", work, SECONDS) for _ in range(8)]
        with pytest.raises(TimeoutError):  # until all are sure to have asked
            asking[-1].result(0.2)
        let_go.set()
        assert {one.result() for one in asking} == {1}
    assert run_single_flight("a", work, SECONDS) == 2


def test_work_goes_on_when_nobody_waits_any_longer() -> None:
    let_go, done = Signal(), Signal()

    def work() -> None:
        let_go.wait(SECONDS)
        done.set()

    with pytest.raises(TimeoutError):
        run_single_flight("b", work, SOON)
    assert run_single_flight("another", lambda: "meanwhile", SECONDS) == "meanwhile"
    let_go.set()
    assert done.wait(SECONDS)


def test_an_error_is_raised_to_who_asked_and_is_not_kept() -> None:
    with pytest.raises(ZeroDivisionError):
        run_single_flight("c", lambda: 1 // 0, SECONDS)
    assert run_single_flight("c", lambda: "well", SECONDS) == "well"


def away() -> OperationalError:
    return OperationalError("insert", {}, Exception("away"))


def test_what_came_is_stored_when_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_flight, "LOOK_AGAIN", 0.0)
    tries: list[int] = []

    def store() -> str:
        tries.append(1)
        if len(tries) < 4:
            raise away()
        return "stored"

    assert until_stored(store) == "stored"
    assert len(tries) == 4


def test_a_database_that_stays_away_is_given_up_and_reported(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(single_flight, "STORE_SECONDS", -1.0)

    def store() -> None:
        raise away()

    with pytest.raises(OperationalError):
        until_stored(store)
    assert "tokens_lost" in "".join(capfd.readouterr())


def test_a_mistake_of_ours_is_not_tried_again() -> None:
    tries: list[int] = []

    def store() -> None:
        tries.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        until_stored(store)
    assert tries == [1]
