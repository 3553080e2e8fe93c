"""A provider on this computer."""

from collections.abc import Iterator

import pytest

from tests.support.identity_provider import Issuer, running


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A provider that answers as it should."""
    with running() as found:
        yield found
