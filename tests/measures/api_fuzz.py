"""Fuzzing of a live wizard's API against its OpenAPI document, by schemathesis.

`.venv/bin/python -m tests.measures.api_fuzz [examples] [seed]` runs all its phases and checks, and prints what it found.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from tests.conftest import SETTINGS, migrate
from tests.support.books import BookReader
from tests.support.connections import make_connection
from tests.support.live import Wizard
from tests.support.postgres import TestServer
from tests.support.standin import StandIn
from tests.support.traveller import HER_NUMBER, invite
from wizard import create_app
from wizard.models import Connection, Scope
from wizard.services.api import api_keys
from wizard.services.books import vouchers
from wizard.services.imports import judging
from wizard.services.imports.judging import By
from wizard.services.invitations.lifecycle import Link

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).parent / "schemathesis"
EXAMPLES, SEED = 40, 1
MORE = ("5591234561", "5560125790", "5567037485")
PHASES = "examples,coverage,fuzzing,stateful"


@dataclass(frozen=True)
class ApiSite:
    """A running wizard with a connected company, and an API key of its firm."""

    url: str
    app: Flask
    visma: StandIn
    key: str
    known: dict[str, str]

    @property
    def database_url(self) -> str:
        """The URL of its database."""
        url = self.app.extensions["engine"].url
        return str(url.render_as_string(hide_password=False))


@contextmanager
def api_site(server: TestServer, log: Path) -> Iterator[ApiSite]:
    """Run the wizard and the stand-in during the block."""
    listening, url = Wizard.address()
    name = f"api_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    database_url = server.create(name)
    with StandIn.start(redirect_uris=[f"{url}/visma/callback"]) as visma:
        settings: dict[str, Any] = {
            **{each: SETTINGS[each] for each in ("secret_key", "token_keys")},
            "database_url": database_url,
            **visma.settings,
            "smtp_host": "127.0.0.1",  # letters stay in the outbox
            "smtp_security": "none",
            "mail_sender": "guiden@example.com",
        }
        app = create_app(public_url=url, log_level="ERROR", **settings)
        key, known = _furnish(app, visma)
        wizard = Wizard.start(listening, url, log, **settings)
        try:
            yield ApiSite(url, app, visma, key, known)
        finally:
            wizard.stop()
            app.extensions["engine"].dispose()
            server.drop(name)


def run(
    site: ApiSite, examples: int, seed: int, *, few: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run schemathesis; returns its result. With ``few``, values are chosen from a list."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.measures.api_formats",
        "API_DATABASE": site.database_url,
        "API_FEW": "few" if few else "",
        "API_KNOWN": " ".join(f"{name}={value}" for name, value in site.known.items()),
    }
    command = [
        *(str(PROGRAM), "run", f"{site.url}/api/v1/openapi.json"),
        *("--checks", "all", "--phases", PHASES, "--max-examples", str(examples)),
        *("--header", f"Authorization: Bearer {site.key}", "--seed", str(seed)),
        *("--generation-database", "none", "--no-color"),
    ]
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.run(
            command,
            cwd=folder,  # for its cache
            env={**environment, "HYPOTHESIS_STORAGE_DIRECTORY": folder},
            capture_output=True,
            text=True,
            check=False,
        )


def _furnish(app: Flask, visma: StandIn) -> tuple[str, dict[str, str]]:
    """Add a connected and an invited company; returns an API key and the existing ids."""
    reader = BookReader.connect(app, visma)
    with app.extensions["sessions"]() as session:
        firm = session.get_one(Connection, reader.connection_id).firm.name
    living, ended, spare = (invite(app, f"Bolag {number} AB", number, firm=firm) for number in MORE)
    year = reader.year()
    page = vouchers.voucher_page(reader.context, reader.connection_id, year.id)
    voucher = next(found for found in page.vouchers if found.document_ids)
    with app.extensions["sessions"]() as session:
        connection = session.get_one(Connection, reader.connection_id)
        other = make_connection(session, Link(session.merge(spare.invitation), spare.secret))
        key = api_keys.create(
            session, connection.firm, "schemathesis", None, scopes=[*Scope]
        ).secret
        listed = judging.read(session, connection.firm, By(), "559900-1079;A AB")
        known = {
            "import_id": listed.public_id,
            "company_id": session.merge(living.invitation).company.public_id,
            "invitation_id": living.invitation.public_id,
            "spare_invitation_id": ended.invitation.public_id,
            "connection_id": connection.public_id,
            "spare_connection_id": other.public_id,
            "year_id": year.id,
            "voucher_id": voucher.id,
            "document_id": voucher.document_ids[0],
            "number": HER_NUMBER,
            "member": reader.owner.email,
        }
    return key, known


def main() -> int:
    """Run it and print the findings."""
    given = [int(word) for word in sys.argv[1:]]
    examples, seed = [*given, *(EXAMPLES, SEED)[len(given) :]]
    with (
        tempfile.TemporaryDirectory() as folder,
        TestServer.open(migrate) as server,
        api_site(server, Path(folder) / "log") as site,
    ):
        found = run(site, examples, seed)
    sys.stdout.write(found.stdout + found.stderr)
    return found.returncode


if __name__ == "__main__":
    sys.exit(main())
