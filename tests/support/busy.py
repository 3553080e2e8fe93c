"""A wizard as real processes, with connections that people use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from flask import Flask

from tests.conftest import SETTINGS
from tests.measures.kill_load import Load
from tests.support.grants import connect_many
from tests.support.live import Wizard
from tests.support.processes import Nursery
from tests.support.standin import StandIn
from wizard import create_app


@dataclass(frozen=True)
class Busy:
    """The wizard, with equal numbers of connections with and without readers."""

    url: str
    app: Flask
    nursery: Nursery
    readers: list[Callable[[], str]]
    read: list[int]
    unread: list[int]

    @property
    def ids(self) -> list[int]:
        """The ids of all connections."""
        return self.read + self.unread


@contextmanager
def busy(database_url: str, visma: StandIn, log: Path, readers: int) -> Iterator[Busy]:
    """Start it with signed-in readers; each has read once, so that every token is new."""
    listening, url = Wizard.address()
    settings = {
        **{name: SETTINGS[name] for name in ("secret_key", "token_keys", "log_level")},
        "database_url": database_url,
        **visma.settings,
    }
    app = create_app(**settings, public_url=url)
    ids = connect_many(app, visma, readers * 2)
    load = Load(app, visma, url, Random(1))
    reading = [load.reader(connection_id) for connection_id in ids[:readers]]
    nursery = Nursery.open(listening, url, log, **settings)
    try:
        for read in reading:
            read()
        yield Busy(url, app, nursery, reading, ids[:readers], ids[readers:])
    finally:
        nursery.close()
        app.extensions["engine"].dispose()
