"""The stand-in Visma for a test run, the application that talks to it, and a connection to it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.standin import StandIn
from tests.traveller import Traveller, address, connections, invite
from wizard.models import Connection
from wizard.providers.visma import Visma
from wizard.registry import make_providers
from wizard.services.workshop import Workshop
from wizard.web.workshops import workshop_for

CALLBACK = "http://localhost/visma/callback"


@pytest.fixture(scope="session")
def standin_process() -> Iterator[StandIn]:
    """One stand-in for all tests of this process."""
    with StandIn.start(redirect_uris=[CALLBACK]) as standin:
        yield standin


@pytest.fixture
def visma(standin_process: StandIn) -> StandIn:
    """The stand-in, as new."""
    standin_process.reset()
    return standin_process


@pytest.fixture
def visma_app(make_app: Callable[..., Flask], visma: StandIn) -> Flask:
    """The application, with the stand-in for its provider."""
    return make_app(**visma.settings)


@pytest.fixture
def provider(visma_app: Flask) -> Visma:
    """The provider as the application has it."""
    found = make_providers(visma_app.extensions["settings"])["visma"]
    assert isinstance(found, Visma)
    return found


@pytest.fixture
def approver(visma_app: Flask, visma: StandIn) -> Traveller:
    """Somebody who has opened the link to her company."""
    return Traveller.with_link(visma_app, visma, address(invite(visma_app)))


@pytest.fixture
def database(visma_app: Flask) -> Iterator[Session]:
    """A session for looking at what the road has left."""
    with visma_app.extensions["sessions"]() as session:
        yield session


@pytest.fixture
def workshop(visma_app: Flask) -> Workshop:
    """What the services work with."""
    with visma_app.app_context():
        return workshop_for("visma")


@pytest.fixture
def connection(approver: Traveller, database: Session) -> Connection:
    """A connection as the road makes it."""
    approver.go_straight().approve()
    return connections(database)[0]
