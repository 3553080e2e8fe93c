"""Times staff's pages, the API's lists and the background with a thousand connections and with a million.

`python -m tests.scale` fills two databases, asks both for the same by turns in one run, and prints each
median beside the other's. `--connections` is the larger number. Of histories and webhooks there is a
tenth as many, all of one company or receiver.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from tests.client import Browser
from tests.conftest import SETTINGS, migrate
from tests.postgres import TestServer
from tests.scale_filling import FILL
from wizard import create_app
from wizard.models import ConnectionStatus, Role, User
from wizard.services import (
    dispatch,
    heartbeat,
    invitations,
    retention,
    rounds,
    sweeps,
    webhook_delivery,
    webhook_log,
)
from wizard.services.firm_records import companies_page, connections_page
from wizard.services.troubles import untold

FEW = 1000
PAGES = (
    "/admin/kopplingar",
    "/admin/kopplingar?status=active",
    "/admin/kopplingar?status=renewal_needed",
    "/admin/kopplingar?search=Bolag+7",
    "/admin/kopplingar?search=0000000077",
    "/admin/kopplingar?after=k500",
    "/admin/kopplingar?search=Bolag&after=k500",
    "/admin/kopplingar/k4",
    "/foretag",
    "/foretag?search=Bolag+7",
    "/foretag/c4",
    "/foretag/c6",
    "/foretag/c4/oppnade-dokument",
    "/foretag/c6/oppnade-dokument",
    "/support?q=person77%40example.se",
    "/admin/varningar",
    "/admin/bakgrund",
    "/admin/webhooks",
    "/admin/webhooks/r1",
)
WORK: dict[str, Callable[[Session], object]] = {
    "the API's companies": lambda session: companies_page(session, 1, None, "c500", 100),
    "the API's connections": lambda session: connections_page(
        session, 1, None, ConnectionStatus.RENEWAL_NEEDED, "k500", 100
    ),
    "is work done": heartbeat.pulse,
    "due trips": sweeps.take_up_due_authorizations,
    "due ends": sweeps.take_up_due_disconnections,
    "due letters": dispatch.take_up_due,
    "due webhooks": webhook_delivery.take_up_due,
    "expired invitations": invitations.mark_expired,
    "approvers whose other grants ended": lambda session: rounds.follow_ended(session, "visma"),
    "untold trouble": lambda session: list(untold(session)),
    "forgetting what is personal": retention.forget,
    "forgetting webhooks": webhook_log.forget_old,
}


@contextmanager
def filled(server: TestServer, number: int) -> Iterator[Flask]:
    """An application with so many connections."""
    name = f"scale_{number}"
    app = create_app(**{**SETTINGS, "database_url": server.create(name)})
    engine = app.extensions["engine"]
    with engine.begin() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        connection.exec_driver_sql(FILL.format(number=number))
    try:
        yield app
    finally:
        engine.dispose()
        server.drop(name)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--connections", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=15)
    given = options.parse_args()
    with (
        TestServer.open(migrate) as server,
        filled(server, FEW) as few,
        filled(server, given.connections) as many,
    ):
        browsers = [_signed_in(app) for app in (few, many)]
        _say(f"{'page':45} {FEW:>10,} {given.connections:>12,}  ratio")
        for page in PAGES:
            _tell(page, _times([partial(_get, one, page) for one in browsers], given.rounds))
        for name, work in WORK.items():
            sessions = [app.extensions["sessions"] for app in (few, many)]
            _tell(name, _times([partial(_do, one, work) for one in sessions], given.rounds))


def _signed_in(app: Flask) -> FlaskClient:
    admin = User(email="ada@example.se", name="Ada Ek", role=Role.ADMIN, password_hash="-")
    with app.extensions["sessions"].begin() as session:
        session.add(admin)
    return Browser.open(app, admin).client


def _get(browser: FlaskClient, page: str) -> None:
    assert browser.get(page).status_code in {200, 303}, page


def _do(sessions: sessionmaker[Session], work: Callable[[Session], object]) -> None:
    with sessions() as session:
        work(session)


def _times(asking: list[Callable[[], None]], rounds: int) -> list[float]:
    """The median for each, in ms, asked by turns."""
    found: list[list[float]] = [[] for _ in asking]
    for _ in range(rounds):
        for ask, times in zip(asking, found, strict=True):
            began = time.perf_counter()
            ask()
            times.append((time.perf_counter() - began) * 1000)
    return [median(times) for times in found]


def _tell(name: str, times: list[float]) -> None:
    small, large = times
    _say(f"{name:45} {small:7.1f} ms {large:9.1f} ms {large / small:6.2f}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
