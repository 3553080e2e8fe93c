"""kill -9 to the web server at every point after consent: all is taken up again, or undone."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.conftest import SETTINGS
from tests.support.grants import make_grants_due
from tests.support.live import Wizard
from tests.support.standin import StandIn
from tests.support.traveller import HERS, Traveller, address, invite
from wizard.jobs import worker
from wizard.models import Authorization, AuthorizationStatus, Connection, GrantState, now

LATENCY_MS = 200
PATIENCE = 60.0  # seconds; only what hangs takes them
# The provider's answer under way when the server dies.
MOMENTS = [
    "token:authorization_code",
    "api:companysettings",
    "api:fiscalyears",
    "api:vouchers",
    "file",
]


@pytest.fixture
def live(database_url: str, catalogues: None, visma: StandIn, tmp_path: Path) -> Iterator[Wizard]:
    """The wizard as a process that can be killed."""
    listening, url = Wizard.address()
    wizard = Wizard.start(
        listening,
        url,
        tmp_path / "log",
        database_url=database_url,
        **visma.settings,
        visma_redirect_uri="http://localhost/visma/callback",
        **{name: SETTINGS[name] for name in ("secret_key", "token_keys")},
    )
    yield wizard
    wizard.stop()


class Approver:
    """Somebody at the live wizard, by plain HTTP."""

    def __init__(self, wizard: Wizard, link: str) -> None:
        self.wizard = wizard
        self.browser = requests.Session()
        page = self.browser.get(wizard.url + link)
        self.at = page.url.rpartition("/")[0]
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        self.browser.post(f"{self.at}/valkommen", {"csrf_token": token, "go": "express"})

    def depart(self) -> str:
        """The address at Visma."""
        way = self.browser.get(f"{self.at}/till-inloggning", allow_redirects=False)
        return way.headers["Location"]

    def come_back(self, callback: str) -> requests.Response:
        """Return, and follow to the end."""
        query = callback.partition("?")[2]
        return self.browser.get(f"{self.wizard.url}/visma/callback?{query}", timeout=PATIENCE)


def until(happened: Callable[[], object]) -> None:
    """Ask again and again, until it has happened."""
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, "it did not happen"


def make_due(database: Session) -> None:
    """Let the time come for what is to be tried again."""
    make_grants_due(database)
    due = update(Authorization).where(Authorization.next_try_at.is_not(None))
    database.execute(due.values(next_try_at=now()))
    database.execute(text("update procrastinate.procrastinate_jobs set scheduled_at = now()"))
    database.commit()


def take_up(app: Flask, database: Session) -> Authorization:
    """Let the background work as if its time had come, until the authorization has ended."""
    for _ in range(10):
        make_due(database)
        worker.work(app, wait=False)
        authorization = database.scalars(select(Authorization)).one()
        database.refresh(authorization)
        grant = authorization.grant
        if authorization.ended_at and not (grant and grant.state is GrantState.TO_BE_REVOKED):
            return authorization
    raise AssertionError(f"still {authorization.status}")


def whole_or_undone(visma: StandIn, database: Session, authorization: Authorization) -> None:
    """Either a connection with the one living grant, or neither."""
    database.expire_all()
    connections = database.scalars(select(Connection)).all()
    if authorization.status is AuthorizationStatus.SUCCEEDED:
        assert [connection.status.value for connection in connections] == ["active"]
        assert len(visma.grants()) == 1
    else:
        assert authorization.status is AuthorizationStatus.FAILED
        assert connections == []
        assert visma.grants() == []


def killed_while(live: Wizard, visma: StandIn, approver: Approver, moment: str) -> str:
    """Approve, and kill the server while that answer of the provider is under way."""
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    visma.configure(
        token_latency_ms=LATENCY_MS, api_latency_ms=LATENCY_MS, file_latency_ms=LATENCY_MS
    )
    visma.clear_counters()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(approver.come_back, callback)
        until(lambda: visma.counters().get(moment))
        live.kill()
        with suppress(requests.ConnectionError):
            coming.result(PATIENCE)
    visma.configure(token_latency_ms=0, api_latency_ms=0, file_latency_ms=0)
    if moment.startswith("token"):
        until(lambda: visma.counters().get("token_answered"))  # to nobody
    return callback


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_killed_server_left_is_taken_up_by_the_background(
    live: Wizard, visma_app: Flask, visma: StandIn, database: Session, moment: str
) -> None:
    approver = Approver(live, address(invite(visma_app)))
    killed_while(live, visma, approver, moment)
    live.restart()
    authorization = take_up(visma_app, database)
    whole_or_undone(visma, database, authorization)
    assert authorization.status is AuthorizationStatus.SUCCEEDED or moment.startswith("token")


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_killed_server_left_is_taken_up_by_her_own_reload(
    live: Wizard, visma_app: Flask, visma: StandIn, database: Session, moment: str
) -> None:
    approver = Approver(live, address(invite(visma_app)))
    callback = killed_while(live, visma, approver, moment)
    live.restart()
    assert approver.come_back(callback).status_code == 200
    make_due(database)
    page = approver.come_back(callback)
    authorization = database.scalars(select(Authorization)).one()
    whole_or_undone(visma, database, authorization)
    assert ("Kvitto" in page.text) is (authorization.status is AuthorizationStatus.SUCCEEDED)


def test_a_wrong_company_not_yet_revoked_is_revoked_by_the_background(
    live: Wizard, visma_app: Flask, visma: StandIn, database: Session
) -> None:
    approver = Approver(live, address(invite(visma_app)))
    callback = visma.approve(approver.depart(), "Vera Välja", "Annat Bolag AB")
    visma.fail("revocation", "slow")
    visma.clear_counters()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(approver.come_back, callback)
        until(lambda: visma.counters().get("revocation"))
        live.kill()
        with suppress(requests.ConnectionError):
            coming.result(PATIENCE)
    visma.heal()
    live.restart()
    authorization = take_up(visma_app, database)
    whole_or_undone(visma, database, authorization)
    assert authorization.cause == "wrong_company"


def test_a_killed_worker_leaves_its_job_to_be_done(
    visma_app: Flask, visma: StandIn, database: Session
) -> None:
    approver = Traveller.with_link(visma_app, visma, address(invite(visma_app))).go_straight()
    callback = visma.approve(approver.depart(), "Vera Välja", HERS)
    approver.browser.get(callback.removeprefix("http://localhost"), 303)
    database.execute(text("delete from procrastinate.procrastinate_jobs"))  # all of them lost
    database.commit()
    authorization = take_up(visma_app, database)
    whole_or_undone(visma, database, authorization)
    assert authorization.status is AuthorizationStatus.SUCCEEDED
