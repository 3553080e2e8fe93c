"""One stand-in for all its tests, reset before each."""

from collections.abc import Iterator

import pytest

from tests.support.standin import StandIn


@pytest.fixture(scope="session")
def running() -> Iterator[StandIn]:
    """The process."""
    with StandIn.start() as standin:
        yield standin


@pytest.fixture
def standin(running: StandIn) -> StandIn:
    """The process, reset."""
    running.reset()
    return running
