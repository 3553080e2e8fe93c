"""The commands of docs/production.md fit into PostgreSQL's connections, as its table says."""

import re
from typing import Any

from flask import Flask
from sqlalchemy.pool import QueuePool

from wizard.config import ROOT
from wizard.extensions import MOST_CONNECTIONS
from wizard.jobs import worker
from wizard.services.connections.rounds import HANDS

PAPER = (ROOT / "docs/production.md").read_text("utf-8")
LET_IN = 100 - 3  # PostgreSQL's defaults: max_connections less superuser_reserved_connections
WATCH, LISTENING = 1, 1


def command(option: str) -> int:
    """A number in the documented command of the web server."""
    found = re.search(rf"`gunicorn [^`]*--{option} (\d+)", PAPER)
    assert found
    return int(found[1])


def told(row: str) -> list[int]:
    """The numbers in the last two columns of a row of the table."""
    found = re.search(rf"^\| {row} \|[^|]*\| (\d+) \| (\d+) \|$", PAPER, re.MULTILINE)
    assert found, row
    return [int(number) for number in found.groups()]


def test_the_documented_commands_fit_into_postgresqls_connections(app: Flask) -> None:
    pool: Any = app.extensions["engine"].pool
    assert isinstance(pool, QueuePool)
    each = pool.size() + pool._max_overflow  # noqa: SLF001 -- no other way to know
    assert each == MOST_CONNECTIONS
    processes = command("workers")
    web = processes * (each + WATCH)
    background = each + WATCH + worker.CONNECTIONS + LISTENING
    assert told("web") == [processes, web]
    assert told("worker") == [1, background]
    assert f"**{web + background}**" in PAPER
    assert f"another web process {each + WATCH}" in PAPER.replace("\n", " ")
    assert f"Another worker machine takes {background} more" in PAPER
    assert web + background <= LET_IN


def test_nobody_waits_for_a_connection_in_vain() -> None:
    assert command("threads") < MOST_CONNECTIONS
    assert sum(HANDS.values()) < MOST_CONNECTIONS
