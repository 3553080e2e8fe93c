"""Times staff's pages, the API's lists and background work with 1,000 and with 1,000,000 connections.

`python -m tests.measures.scale` fills two databases, measures both alternately in one run, and prints the
medians side by side. `--connections` is the larger number. Events and webhooks number a tenth of it,
all for one company or receiver. Then it measures the warnings with 1,000 broken connections and with a
tenth of the larger number, in each state that many of them can be in at once.
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
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from tests.conftest import SETTINGS, migrate
from tests.measures.scale_filling import BROKEN, FILL
from tests.support.client import Browser
from tests.support.postgres import TestServer
from wizard import create_app
from wizard.models import ConnectionStatus, Role, User
from wizard.services.api.firm_records import Wanted, companies_page, connections_page
from wizard.services.connections import rounds
from wizard.services.grants import revocation
from wizard.services.invitations import lifecycle
from wizard.services.letters import dispatch
from wizard.services.upkeep import heartbeat, retention, sweeps
from wizard.services.warnings import firm_warnings
from wizard.services.warnings.incidents import ignored, untold
from wizard.services.webhooks import delivery_queue, webhook_log

FEW = 1000
SHARE = 10  # one connection in so many is broken
# What support is told: addresses, finished or not, people, words of names, numbers and codes.
SAID = (
    "person77%40example.se",
    "nobody%40example.se",
    "person77%40ex",
    "person7",
    "example",
    "bolag",
    "Bolag+7",
    "000000-0077",
    "4f7kxt",
)
PAGES = (
    "/admin/kopplingar",
    "/admin/kopplingar?status=active",
    "/admin/kopplingar?status=renewal_needed",
    "/admin/kopplingar?search=Bolag+7",
    "/admin/kopplingar?search=0000000077",
    "/admin/kopplingar?after=c500",
    "/admin/kopplingar?search=Bolag&after=c500",
    "/admin/kopplingar?sort=read",
    "/admin/kopplingar?sort=longest",
    "/admin/kopplingar?unread=1",
    "/admin/kopplingar/k4",
    "/foretag",
    "/foretag?after=c500",
    "/foretag?before=c500",
    *(
        f"/foretag?{query}"
        for query in (
            "move=firm",
            "move=approver",
            "move=provider",
            "move=we",
            "reason=to_be_renewed",
            "reason=not_invited",
            "status=active",
            "status=renewal_needed",
            "status=disturbed",
            "status=disconnected",
            "invitation=sent",
            "invitation=living",
            "cause=permission_missing",
            "firm=Byr%C3%A5n+1",
            "responsible=u1",
            "visa=mine",
            "visa=nobodys",
            "visa=archived",
            "lasted=1",
            "lasted=30",
            "unread=1",
            "unread=30",
            "approver=person77%40example.se",
            "consultant=1",
            "renewal=1",
            "sort=longest",
            "sort=newest",
            "sort=read",
            "search=bolag",
            "search=ab",
            "search=person77%40example.se",
            "search=Bolag+7",
        )
    ),
    "/foretag/c4",
    "/foretag/c6",
    "/foretag/c4/oppnade-dokument",
    "/foretag/c6/oppnade-dokument",
    *(f"/support?q={said}" for said in SAID),
    "/admin/varningar",
    "/admin/bakgrund",
    "/admin/webhooks",
    "/admin/webhooks/r1",
)
WORK: dict[str, Callable[[Session], object]] = {
    "the API's companies": lambda session: companies_page(session, 1, Wanted(), "c500", 100),
    "the API's connections": lambda session: connections_page(
        session, 1, Wanted(), ConnectionStatus.RENEWAL_NEEDED, "k500", 100
    ),
    "is work done": heartbeat.pulse,
    "due authorizations": sweeps.take_up_due_authorizations,
    "due revocations": revocation.take_up_due,
    "due letters": dispatch.take_up_due,
    "due webhooks": delivery_queue.take_up_due,
    "expired invitations": lifecycle.mark_expired,
    "approvers whose other grants ended": lambda session: rounds.follow_ended(session, "visma"),
    "forgetting what is personal": retention.forget,
    "forgetting webhooks": webhook_log.forget_old,
}
WARNINGS: dict[str, Callable[[Session], object]] = {
    "incidents nobody was told of": lambda session: list(untold(session)),
    "warnings that led to nothing": lambda session: list(ignored(session)),
    "sending warnings": firm_warnings.tell,
}


@contextmanager
def filled(server: TestServer, number: int, statements: str = FILL) -> Iterator[Flask]:
    """An application with ``number`` connections, or with what other statements make of the number."""
    name = f"scale_{number}"
    app = create_app(**{**SETTINGS, "database_url": server.create(name)})
    engine = app.extensions["engine"]
    with engine.begin() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        connection.exec_driver_sql(statements.format(number=number))
    _change(app, "vacuum analyze")  # as the server does by itself where it is not told to leave it
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
    options.add_argument("--only-broken", action="store_true", help="only what concerns warnings")
    given = options.parse_args()
    with TestServer.open(migrate) as server, filled(server, given.connections) as many:
        if not given.only_broken:
            with filled(server, FEW) as few:
                say(f"{'connections':45} {FEW:>10,} {given.connections:>12,}  ratio")
                compare((few, many), PAGES, WORK, given.rounds)
        with filled(server, FEW * SHARE) as some:
            for state, change in BROKEN.items():
                for app in (some, many):
                    _change(app, change)
                say(f"{'broken, ' + state:45} {FEW:>10,} {given.connections // SHARE:>12,}  ratio")
                compare((some, many), ("/admin/varningar",), WARNINGS, given.rounds)


def compare(
    apps: tuple[Flask, Flask],
    pages: tuple[str, ...],
    works: dict[str, Callable[[Session], object]],
    rounds: int,
) -> None:
    """Print how long each page and piece of work takes with either, asked by turns."""
    browsers = [_signed_in(app) for app in apps]
    for page in pages:
        _tell(page, _times([partial(_get, one, page) for one in browsers], rounds))
    sessions = [app.extensions["sessions"] for app in apps]
    for name, work in works.items():
        _tell(name, _times([partial(_do, one, work) for one in sessions], rounds))


def _change(app: Flask, statements: str) -> None:
    with (
        app.extensions["engine"]
        .connect()
        .execution_options(isolation_level="AUTOCOMMIT") as connection
    ):
        connection.execute(text("set statement_timeout = 0"))
        for statement in filter(str.strip, statements.split(";")):
            connection.exec_driver_sql(statement)
        connection.execute(text("reset statement_timeout"))


def _signed_in(app: Flask) -> FlaskClient:
    with app.extensions["sessions"].begin() as session:
        admin = session.scalar(select(User))
        if admin is None:
            admin = User(email="ada@example.se", name="Ada Ek", role=Role.ADMIN, password_hash="-")
            session.add(admin)
    return Browser.open(app, admin).client


def _get(browser: FlaskClient, page: str) -> None:
    assert browser.get(page).status_code in {200, 303}, page


def _do(sessions: sessionmaker[Session], work: Callable[[Session], object]) -> None:
    with sessions() as session:
        work(session)


def _times(asking: list[Callable[[], None]], rounds: int) -> list[float]:
    """The median time of each in ms, measured alternately."""
    found: list[list[float]] = [[] for _ in asking]
    for _ in range(rounds):
        for ask, times in zip(asking, found, strict=True):
            began = time.perf_counter()
            ask()
            times.append((time.perf_counter() - began) * 1000)
    return [median(times) for times in found]


def _tell(name: str, times: list[float]) -> None:
    small, large = times
    say(f"{name:45} {small:7.1f} ms {large:9.1f} ms {large / small:6.2f}")


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
