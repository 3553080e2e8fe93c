"""Fixtures: the stand-in Visma, an application that uses it, and a connection."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.standin import StandIn
from tests.support.traveller import (
    Traveller,
    address,
    connections,
    invite,
)
from wizard.models import Connection
from wizard.providers.visma import Visma
from wizard.registry import make_providers
from wizard.services.context import ProviderContext
from wizard.wiring.providers import provider_context

CALLBACK = "http://localhost/visma/callback"


@pytest.fixture(scope="session")
def standin_process() -> Iterator[StandIn]:
    """One stand-in for all tests of this process."""
    with StandIn.start(redirect_uris=[CALLBACK]) as standin:
        yield standin


@pytest.fixture
def visma(standin_process: StandIn) -> Iterator[StandIn]:
    """The stand-in, reset; the test fails if it was called in a way that does more than read."""
    standin_process.reset()
    yield standin_process
    if standin_process.process.poll() is None:  # a test may have stopped it
        assert standin_process.unexpected() == []


@pytest.fixture
def visma_app(make_app: Callable[..., Flask], visma: StandIn) -> Flask:
    """The application, with the stand-in for its provider."""
    return make_app(**visma.settings)


@pytest.fixture
def provider(visma_app: Flask) -> Visma:
    """The application's provider."""
    found = make_providers(visma_app.extensions["settings"])["visma"]
    assert isinstance(found, Visma)
    return found


@pytest.fixture
def approver(visma_app: Flask, visma: StandIn) -> Traveller:
    """An approver who has opened the link."""
    return Traveller.with_link(visma_app, visma, address(invite(visma_app)))


@pytest.fixture
def database(visma_app: Flask) -> Iterator[Session]:
    """A session for assertions."""
    with visma_app.extensions["sessions"]() as session:
        yield session


@pytest.fixture
def context(visma_app: Flask) -> ProviderContext:
    """The provider context for services."""
    with visma_app.app_context():
        return provider_context("visma")


@pytest.fixture
def connection(approver: Traveller, database: Session) -> Connection:
    """A connection that was approved through the pages."""
    approver.go_straight().approve()
    return connections(database)[0]
