"""A real browser, and the wizard and the stand-in as real processes."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.site import Site
from tests.conftest import SETTINGS
from tests.support.live import Wizard
from tests.support.mail_server import MailServer
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from wizard import create_app

PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def site(
    server: TestServer, catalogues: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The wizard, its database and its stand-in, all real."""
    listening, url = Wizard.address()
    database_url = server.create(f"browser_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}")
    log = tmp_path_factory.mktemp("wizard") / "log"
    with (
        StandIn.start(redirect_uris=[f"{url}/visma/callback"]) as visma,
        MailServer.start() as mail,
    ):
        settings = {
            **{name: SETTINGS[name] for name in ("secret_key", "token_keys")},
            "database_url": database_url,
            **visma.settings,
            **{name: str(value) for name, value in mail.settings.items()},
        }
        app = create_app(public_url=url, log_level="ERROR", **settings)
        wizard = Wizard.start(listening, url, log, **settings)
        yield Site(url, app, visma, mail, log)
        wizard.stop()
        app.extensions["engine"].dispose()


@pytest.fixture
def visma(site: Site) -> Iterator[StandIn]:
    """The stand-in, as new; the test fails if it was called in a way that does more than read."""
    site.visma.reset()
    yield site.visma
    assert site.visma.unexpected() == []


@pytest.fixture
def visma_app(site: Site, visma: StandIn) -> Flask:
    """An application on the same database as the running one, for making invitations."""
    return site.app


Open = Callable[..., Page]


@pytest.fixture
def person(chromium: Browser) -> Iterator[Open]:
    """Opens a browser of somebody's own: `person()`, `person(java_script_enabled=False)` …"""
    opened: list[BrowserContext] = []

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(**{"locale": "sv-SE", **options})
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser; in the folder of engines, others than Chromium."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("system" if here / "engines" in item.path.parents else "browser")
