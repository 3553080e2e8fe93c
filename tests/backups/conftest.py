"""Fixtures: empty databases beside the test's own, to restore into."""

import os
from collections.abc import Callable, Iterator

import pytest

from tests.support.postgres import TestServer


@pytest.fixture
def empty_database(server: TestServer) -> Iterator[Callable[[], str]]:
    """Makes databases without tables; they are dropped in the end."""
    made: list[str] = []

    def make() -> str:
        made.append(f"empty{len(made)}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}")
        return server.create_empty(made[-1])

    yield make
    for name in made:
        server.drop(name)
