"""What all tests share: a database of their own, the application, a cast of three and a browser."""

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from tests.support.cast import Cast
from tests.support.client import Browser
from tests.support.postgres import TestServer
from tests.support.standings import no_write_was_forgotten
from tests.support.templates import CompiledTemplates
from tests.support.transactions import Statements, guard
from wizard import config, create_app
from wizard.demo.catalogues import compile_changed
from wizard.extensions import make_engine
from wizard.migrations import running
from wizard.models import User, now

pytest_plugins = [  # for who asks for them
    "tests.support.chromium",
    "tests.support.fixtures",
    "tests.support.mail",
    "tests.support.oidc_provider",
    "tests.support.webhooks",
]

# How long an example takes says how busy the machine is, and nothing of the product.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

SETTINGS = {
    "public_url": "http://localhost",
    "secret_key": "a key for tests that is long enough to be taken for one",
    "token_keys": "t1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "evidence_keys": "e1:ZXZpZGVuY2UgZXZpZGVuY2UgZXZpZGVuY2UgZXZpZGU=",
    "visma_identity_url": "http://127.0.0.1:1",
    "visma_api_url": "http://127.0.0.1:1",
    "visma_client_id": "client",
    "visma_client_secret": "secret",
    "log_level": "ERROR",
}


def pytest_collection_finish() -> None:
    """What is loaded by now stays: to look for garbage in it, again and again, took a sixth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def catalogues() -> None:
    """Compile the catalogues that have changed, whole at once for whoever reads meanwhile."""
    compile_changed(config.ROOT / "translations")


@pytest.fixture(scope="session")
def server() -> Iterator[TestServer]:
    """The PostgreSQL server of this test run, with a migrated template."""
    with TestServer.open(migrate) as server:
        yield server


def migrate(url: str) -> None:
    """Bring the schema of an empty database up to date."""
    engine = make_engine(url)
    running.upgrade(engine)
    engine.dispose()


@pytest.fixture
def database_url(server: TestServer) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    yield server.fresh(name)
    server.empty(name)


@pytest.fixture(scope="session")
def compiled_templates() -> CompiledTemplates:
    """What the applications of this test process have compiled."""
    return CompiledTemplates()


@pytest.fixture
def make_app(
    database_url: str, compiled_templates: CompiledTemplates, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Flask]]:
    """Makes applications on the test's database, deaf to the environment: `make_app(sandbox_url=…)`."""
    for name in [name for name in os.environ if name.startswith("WIZARD_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(config, "DEMO_SETTINGS", Path(os.devnull))
    made: list[Flask] = []

    def make(**overrides: object) -> Flask:
        app = create_app(**{**SETTINGS, "database_url": database_url, **overrides})
        app.jinja_env.bytecode_cache = compiled_templates
        guard(app)
        made.append(app)
        return app

    yield make
    for app in made:
        no_write_was_forgotten(app)
        app.extensions["engine"].dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application."""
    return make_app()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session for services, and for looking at what requests have left."""
    with app.extensions["sessions"]() as session:
        yield session


@pytest.fixture
def cast(session: Session) -> Cast:
    """Owner, colleague and stranger, support and admin; a company of each of the two firms."""
    return Cast.enter(session)


@pytest.fixture
def half_past() -> Iterator[None]:
    """Half past the hour: no window that tries are counted in ends while the test counts them.

    Named by `usefixtures`, which comes before every argument: set afterwards, it takes the clock
    to before a sign-in that has happened, and the session is refused.
    """
    with time_machine.travel(now().replace(minute=30, second=0), tick=True):
        yield


@pytest.fixture
def browser(app: Flask) -> Callable[..., Browser]:
    """Opens browsers that check every page: `browser()`, or `browser(cast.owner)` signed in."""

    def open_browser(user: User | None = None) -> Browser:
        return Browser.open(app, user)

    return open_browser


@pytest.fixture
def statements(app: Flask) -> Callable[[], Statements]:
    """Counts the statements the application sends: `with statements() as sent: …; len(sent)`."""
    return lambda: Statements(app.extensions["engine"])
