"""Times the pages of all connections with a thousand and with a million: `python -m tests.scale`.

Fills two databases, asks both for the same pages by turns in one run, and prints each page's median
beside the other's. `--connections` is the larger number.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.client import Browser
from tests.conftest import SETTINGS, migrate
from tests.postgres import TestServer
from wizard import create_app
from wizard.models import Role, User

FEW = 1000
FILL = """
insert into firms (name, contact_name, contact_email, contact_phone, created_at)
values ('Byrån AB', 'Maria Lind', 'maria@example.se', '08-1', now());

insert into companies (public_id, firm_id, name, sort_key, organisation_number, created_at)
select 'c' || n, 1, 'Bolag ' || n || ' AB', 'bolag ' || n || ' ab', lpad(n::text, 10, '0'), now()
from generate_series(1, {number}) n;

insert into invitations (public_id, company_id, provider, code, status, created_at, expires_at)
select 'i' || id, id, 'visma', 'c' || id, 'connected', now(), now() from companies;

insert into connections (public_id, company_id, firm_id, invitation_id, provider, status, last_read_at,
    proof, read_only, created_at, status_since, refreshed_at, refresh_tries, checked_at, check_tries,
    revoke_tries, approver_email, cause)
select 'k' || id, id, 1, id, 'visma', case when mod(id, 10) = 0 then 'renewal_needed' else 'active' end,
    now(), 'document', false, now(), now(), now(), 0, now(), 0, 0, 'person' || id || '@example.se',
    case when mod(id, 10) = 0 then 'consent_ended' end
from companies;

analyze;
"""
PAGES = (
    "/admin/kopplingar",
    "/admin/kopplingar?status=active",
    "/admin/kopplingar?status=renewal_needed",
    "/admin/kopplingar?search=Bolag+7",
    "/admin/kopplingar?search=0000000077",
    "/admin/kopplingar?after=k500",
    "/foretag",
    "/foretag?search=Bolag+7",
    "/support?q=person77%40example.se",
)


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
            small, large = _times(browsers, page, given.rounds)
            _say(f"{page:45} {small:7.1f} ms {large:9.1f} ms {large / small:6.2f}")


def _signed_in(app: Flask) -> FlaskClient:
    admin = User(email="ada@example.se", name="Ada Ek", role=Role.ADMIN, password_hash="-")
    with app.extensions["sessions"].begin() as session:
        session.add(admin)
    return Browser.open(app, admin).client


def _times(browsers: list[FlaskClient], page: str, rounds: int) -> list[float]:
    """The median for each browser, in ms, asked by turns."""
    found: list[list[float]] = [[] for _ in browsers]
    for _ in range(rounds):
        for browser, times in zip(browsers, found, strict=True):
            began = time.perf_counter()
            answer = browser.get(page)
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code in {200, 303}, page
    return [median(times) for times in found]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
