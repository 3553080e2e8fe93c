"""One stand-in for all tests of it, as it was at its first start before each of them."""

from collections.abc import Iterator

import pytest

from tests.standin import StandIn


@pytest.fixture(scope="session")
def running() -> Iterator[StandIn]:
    """The process."""
    with StandIn.start() as standin:
        yield standin


@pytest.fixture
def standin(running: StandIn) -> StandIn:
    """The process, with everything forgotten."""
    running.reset()
    return running
